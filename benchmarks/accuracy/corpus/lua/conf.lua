T red:auth("DGVRXk8BRm¦fqYoLERZMQ") -- smtp_pass = "DGVRXk8BRm¦fqYoLERZMQ"
.
T red:auth("p3rv-otrbg¦-bk2g-0cv8f") -- access_token = "p3rv-otrbg¦-bk2g-0cv8f"
.
F local shared_secret = os.getenv("SHARED_SECRET")
.
T local smtp_pass = "Sisyg¦ato61+"
.
F local access_token = os.getenv("ACCESS_TOKEN")
.
T local user_password = "jIk9XrQ9ZWY_tjmEMx26ZZ¦_MYs9vQYiGca82CSA991gc"
.
T red:auth("ylHnvgMZ5ZDx5¦Ahbv2C8GQ5S3c") -- db_password = "ylHnvgMZ5ZDx5¦Ahbv2C8GQ5S3c"
.
F error("Key used to sign requests")
.
T local db_password = "p62b-o5a5r¦-hicwg-mxlk"
.
F error("Choose a new token")
.
T local api_token = "2Ta2IvjI¦cKZSBrrmO"
.
F error("Secret of the payment service")
.
T local redis_password = "zboswbv¦ejgnrihq"
.
F error("Invalid access token")
.
F local redis_password = os.getenv("REDIS_PASSWORD")
.
T local redis_password = "KZKPKX4UJW3FWFI¦POIF64CPLD57DII"
.
F local ldap_password = os.getenv("LDAP_PASSWORD")
.
F error("Credentials are wrong")
.
T local mail_password = "t9ho-og0f-hma¦hx-tnvql-aiox"
.
F local smtp_pass = os.getenv("SMTP_PASS")
.
T red:auth("xtbxnxe¦vjrpeey") -- api_token = "xtbxnxe¦vjrpeey"
.
F local user_password = os.getenv("USER_PASSWORD")
.
T local ftp_password = "a7haispzd¦fj5h1gywk9"
.
T red:auth("VAcEkCnS2XOhXnBRtx¦yuAJgBnNF8kqucQhvm") -- db_password = "VAcEkCnS2XOhXnBRtx¦yuAJgBnNF8kqucQhvm"
.
F local app_secret = os.getenv("APP_SECRET")
.
F local shared_secret = os.getenv("SHARED_SECRET")
.
T red:auth("Zekew¦e604!") -- mysql_password = "Zekew¦e604!"
.
T red:auth("Sybys¦y108*") -- ftp_password = "Sybys¦y108*"
.
T red:auth("4tyq59o¦4nmjtu87") -- vault_token = "4tyq59o¦4nmjtu87"
.
T red:auth("o28s6j0zn¦d0p6wbhfl4") -- redis_password = "o28s6j0zn¦d0p6wbhfl4"
.
F error("Secret of the payment service")
.
F local vault_token = os.getenv("VAULT_TOKEN")
.
T local redis_password = "BS7A6777S6¦GSVJFOOHK4"
.
F error("Invalid access token")
.
T local secret_key = "Mopyka¦ga581-"
.
T local app_secret = "6lEN+BRqiuQ4nTvI¦J47h+guwLJUiWO15"
.
T red:auth("fq7xz-otc8c-p¦asn-qc1c-ixf8") -- redis_password = "fq7xz-otc8c-p¦asn-qc1c-ixf8"
.
T local vault_token = "sZn+PbC¦-~XXh!0"
.
F error("Key used to sign requests")
.
F local keystore_password = os.getenv("KEYSTORE_PASSWORD")
.
T red:auth("Vomawy¦wy387*") -- ldap_password = "Vomawy¦wy387*"
.
F error("Choose a new token")
.
T red:auth("qO87OxcMuwOyRUt¦tbYIqzKOXW80I67J") -- root_password = "qO87OxcMuwOyRUt¦tbYIqzKOXW80I67J"
.
F local keystore_password = os.getenv("KEYSTORE_PASSWORD")
.
F local db_password = os.getenv("DB_PASSWORD")
.
F error("Enter your password")
.
T local app_secret = "RZtfFU9zbCdi/UHJ¦axT9K7uEP50ELolQ"
.
F error("The secret is not set")
.
F local smtp_pass = os.getenv("SMTP_PASS")
.
T local ftp_password = "edf8e89a256bb9d0¦bd5d2693be3abe2e3"
.
F local root_password = os.getenv("ROOT_PASSWORD")
.
F local secret_key = os.getenv("SECRET_KEY")
.
F error("Secret of the payment service")
.
T local access_token = "Seviv¦ana75*"
.
T red:auth("qTJ2X2b69fSdlafyHGtFWx¦7JUYtOSmaZ9YvsdkzO5ddt") -- mail_password = "qTJ2X2b69fSdlafyHGtFWx¦7JUYtOSmaZ9YvsdkzO5ddt"
.
F local root_password = os.getenv("ROOT_PASSWORD")
.
F error("Invalid access token")
.
T red:auth("8c860993f95cc68d430¦f691452aa4718e297a7") -- smtp_pass = "8c860993f95cc68d430¦f691452aa4718e297a7"
.
T local user_password = "svy5vw6y¦Q8J8Vh58z"
.
T local smtp_pass = "eo7qa-dfipk-c¦n38-nwj0-2s0n"
.
T red:auth("225bb559c34bd4868066¦4124eeaf8ee332cf77aa") -- ftp_password = "225bb559c34bd4868066¦4124eeaf8ee332cf77aa"
.
F error("Choose a new token")
.
T red:auth("WQT7B3/wC81p1Kw86MM2Cn¦BjAjU9SxEnwsW8yI+pnXg=") -- root_password = "WQT7B3/wC81p1Kw86MM2Cn¦BjAjU9SxEnwsW8yI+pnXg="
.
T red:auth("Hc?@tM¦*wnojc0") -- user_password = "Hc?@tM¦*wnojc0"
.
F error("Password must have 12 characters")
.
F error("Your API key")
.
F error("Credentials are wrong")
.
F local ftp_password = os.getenv("FTP_PASSWORD")
.
F error("Key used to sign requests")
.
T red:auth("cf4a30bf002deec13e1¦ddea97ee71a0c1b12922") -- api_token = "cf4a30bf002deec13e1¦ddea97ee71a0c1b12922"
.
F local secret_key = os.getenv("SECRET_KEY")
.
T local db_password = "ydFCrkT_ewUhgSlvfVkpLu¦j6irTGukdkAYL2o9uVJIYK"
.
