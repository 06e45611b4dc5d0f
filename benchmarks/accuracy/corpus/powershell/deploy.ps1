T $VaultToken = "Jifib¦e8425#"
.
T Connect-Shop -User ops -FtpPassword 'MP8-*¦d3Z684'
.
F $LdapPassword = Read-Host -AsSecureString "Credentials are wrong"
.
F $SharedSecret = Read-Host -AsSecureString "Invalid access token"
.
T $SmtpPass = "bnerzrr¦wkovqpjl"
.
F $FtpPassword = $env:FTP_PASSWORD
.
F $ApiToken = $env:API_TOKEN
.
F Write-Error "Secret of the payment service"
.
T $apiToken = ConvertTo-SecureString '3OGIXA6QOPR¦NQLK2453RL4' -AsPlainText -Force
.
T $FtpPassword = "tqdh-25ii-1h¦px-nlvg-ikfxr"
.
F $SharedSecret = $env:SHARED_SECRET
.
F Write-Error "Forgot your password?"
.
F $RedisPassword = $env:REDIS_PASSWORD
.
T Connect-Shop -User ops -VaultToken 'kj3t-df¦4j-hjv14'
.
T Connect-Shop -User ops -UserPassword 'f7d577130fa95542e225¦e19bf6991ee8e0e3c9d4'
.
T $rootPassword = ConvertTo-SecureString 'HuIOzmzdOnI9y8d2¦xWM4obQKwuZhCNlH' -AsPlainText -Force
.
F Write-Error "Invalid access token"
.
T $secretKey = ConvertTo-SecureString 'tg9fel¦ol89v89' -AsPlainText -Force
.
T $keystorePassword = ConvertTo-SecureString '671f6b2f611e82b133dc¦d3a9403ce3d075f58b25' -AsPlainText -Force
.
T $KeystorePassword = "2h9u-vp¦t2-wpwgi"
.
F Write-Error "Choose a new token"
.
T Connect-Shop -User ops -RootPassword 'qnm8uKPrWhnq4sWFb¦Vky2hkuQ9RHttC6na'
.
T $MysqlPassword = "0968e55e20a413955d¦edd039f84b0f2f5d019"
.
F $VaultToken = $env:VAULT_TOKEN
.
T $accessToken = ConvertTo-SecureString 'ELUGEK2M¦NTBCQ6UI' -AsPlainText -Force
.
T $SharedSecret = "rtMyQm3/duv0bHUv¦2Wv1uW+OW8fL/oXr"
.
F $MailPassword = $env:MAIL_PASSWORD
.
F Write-Error "Credentials are wrong"
.
T Connect-Shop -User ops -LdapPassword 'lzpn6-qg¦s09-w30m5'
.
T Connect-Shop -User ops -RedisPassword '40nb-6u¦wx-z38lw'
.
F Write-Error "Invalid access token"
.
T Connect-Shop -User ops -DbPassword 'nDkoh8MoZttUyK¦_17gM0P3CM8hE-'
.
F $SmtpPass = $env:SMTP_PASS
.
T $VaultToken = "Vuva¦xu90-"
.
F $ApiToken = Read-Host -AsSecureString "Passwords do not match"
.
F $RedisPassword = Read-Host -AsSecureString "The secret is not set"
.
T $rootPassword = ConvertTo-SecureString 'BWmHeW¦Ikhdd7' -AsPlainText -Force
.
T Connect-Shop -User ops -FtpPassword 'ximyc¦cjsula'
.
F Write-Error "token expired or revoked"
.
F $MysqlPassword = Read-Host -AsSecureString "Credentials are wrong"
.
T $SmtpPass = "wp0MlTrkpbjAXMDtpE¦VOViNVldNbHdnpj6es"
.
F $FtpPassword = Read-Host -AsSecureString "Choose a new token"
.
F Write-Error "Your API key"
.
F $VaultToken = Read-Host -AsSecureString "Secret of the payment service"
.
F $RootPassword = $env:ROOT_PASSWORD
.
T $MysqlPassword = "nv3xxgw¦ust1ax30"
.
T Connect-Shop -User ops -RedisPassword 'BXDzWpOJHDi4cQgu¦A2fkhW5cuuI2RdtH'
.
T $secretKey = ConvertTo-SecureString 'Fesifu¦jy5610+' -AsPlainText -Force
.
T $redisPassword = ConvertTo-SecureString 'GuDzyz629II9¦hPaaBihRwUYvK' -AsPlainText -Force
.
T $sharedSecret = ConvertTo-SecureString 'JI_EIFa1ptS_D8KrJUkMhV¦1zKnk7FloS8HUO4Zk5qXEY' -AsPlainText -Force
.
T Connect-Shop -User ops -ApiToken 'YFEER3UF5S¦4KOT3QQ3XT'
.
F Write-Error "Credentials are wrong"
.
T $keystorePassword = ConvertTo-SecureString 'aQ7KOGBmzoZvjOjb1Dloec¦kLuhOPue+K3uSGySaMKCQ=' -AsPlainText -Force
.
T $rootPassword = ConvertTo-SecureString '5YmIT2PYrattXgNzWT¦XMgiggQX7A8uYwitLQ' -AsPlainText -Force
.
F $AppSecret = Read-Host -AsSecureString "Secret of the payment service"
.
F $DbPassword = $env:DB_PASSWORD
.
F $UserPassword = $env:USER_PASSWORD
.
F Write-Error "Your API key"
.
T $LdapPassword = "Zedod¦a894+"
.
F $LdapPassword = Read-Host -AsSecureString "Key used to sign requests"
.
T $MysqlPassword = "h6a75-347z¦-bfb9-j35hu"
.
F $RootPassword = Read-Host -AsSecureString "Forgot your password?"
.
F Write-Error "token expired or revoked"
.
F $MysqlPassword = $env:MYSQL_PASSWORD
.
F $AccessToken = Read-Host -AsSecureString "token expired or revoked"
.
F Write-Error "The secret is not set"
.
T Connect-Shop -User ops -SecretKey 'Dofu¦jo57_'
.
T Connect-Shop -User ops -KeystorePassword 'xQ49I¦fNHe4'
.
T $SmtpPass = "I7DI3MED¦6UGL6ONRJ"
.
F $DbPassword = $env:DB_PASSWORD
.
T $apiToken = ConvertTo-SecureString 'wcF@&%3!i¦2giAE~f_5' -AsPlainText -Force
.
F $ApiToken = Read-Host -AsSecureString "token expired or revoked"
.
