T $this->apiToken = "6crO1JxtCrb9N3rcjVEber¦xdSrkC9DVE79Zlh6p-r7w0";
.
T $ftp_password = 'Xuzi¦fo07.';
.
F     'app_secret' => 'required|string|min:8',
.
T putenv("APP_SECRET=tfmy2bwu139¦4y0zxgrtgp2");
.
F $vault_token = $_POST['vault_token'];
.
T     'vault_token' => 'KyaNHgu¦&Pw4p&4',
.
T putenv("ROOT_PASSWORD=dMf*tY¦uwNdC45");
.
F public function ldapPassword(string $ldapPassword): void
.
T     'ldap_password' => 'mimt¦ntvja',
.
T $this->accessToken = "6vf58i9njn¦l0ei3ukrla0";
.
F echo __('Forgot your password?');
.
F public function redisPassword(string $redisPassword): void
.
F     'redis_password' => 'required|string|min:8',
.
F $access_token = $_POST['access_token'];
.
F echo __('Enter your password');
.
T $secret_key = 'FH5DMESJZK¦HDEBHOLDUPL';
.
F public function userPassword(string $userPassword): void
.
F     'db_password' => 'required|string|min:8',
.
T $api_token = '0GfFP2CSTcVmFv¦RHsx9p7UqKD3Rd';
.
T $smtp_pass = '4lIAm7q8Jt2PsLGK-ugAOb¦q8BCcX2k3DeY1JvrTbmpoE';
.
T $this->rootPassword = "Binyta¦wu1773_";
.
T putenv("REDIS_PASSWORD=ESKNNg2gafyl¦yNOVg4GK1pH5");
.
T $this->apiToken = "fBcflcRvx94Z¦xc2ok4GBtaHUu";
.
F echo __('Choose a new token');
.
T $this->redisPassword = "gpgkv¦vqfjxk";
.
T $this->ldapPassword = "dttskv¦oadwpz";
.
F $app_secret = $_POST['app_secret'];
.
T     'secret_key' => 'Bugo¦pi26.',
.
F public function smtpPass(string $smtpPass): void
.
F echo __('Enter your password');
.
T putenv("MYSQL_PASSWORD=dxItq2ZeIZf6ZPf0T3¦dkHXbOQRgriNUdsW6q");
.
F     'shared_secret' => 'required|string|min:8',
.
F $access_token = $_POST['access_token'];
.
F $redis_password = $_POST['redis_password'];
.
T $this->appSecret = "0htRNOfLfxtTd¦gTQRGHNFPy4gtp";
.
T $ftp_password = 'eTg1c7uPjwUt0C¦Wft4GJ4lEaRh9-';
.
T     'access_token' => 'b4229591fceed2bf¦36b94d04d7e3de326',
.
T putenv("MYSQL_PASSWORD=Liv2as¦eTU4P0");
.
F public function apiToken(string $apiToken): void
.
F public function accessToken(string $accessToken): void
.
F public function appSecret(string $appSecret): void
.
F     'access_token' => 'required|string|min:8',
.
F $redis_password = $_POST['redis_password'];
.
F     'user_password' => 'required|string|min:8',
.
T putenv("LDAP_PASSWORD=yOFTOpil8¦O8Pkud6?4");
.
T     'ldap_password' => 'ilce¦abkxg',
.
F echo __('token expired or revoked');
.
T $app_secret = 'GvTJwicMY29YhnVGRnt/QY¦qP592feuvGyhM0cc06B2U=';
.
F     'mysql_password' => 'required|string|min:8',
.
F     'ldap_password' => 'required|string|min:8',
.
F     'root_password' => 'required|string|min:8',
.
T putenv("USER_PASSWORD=txzhha¦vepcnbh");
.
T putenv("APP_SECRET=boguA3aUdc++l+PT¦oZZwi8jlE1BOlMbY");
.
F echo __('Invalid access token');
.
T $app_secret = 'NME7AL7X37TR4T¦3AVIX3QUHIPEFL';
.
F $keystore_password = $_POST['keystore_password'];
.
T     'vault_token' => 'jusk-qwe¦k4-fnzl5',
.
F $shared_secret = $_POST['shared_secret'];
.
T $db_password = '0SoE8R5SdMhpqxG06VA0u1¦ryyja7bpHi+AcZpLDuXiw=';
.
T putenv("API_TOKEN=KYBU27WPXLCAY¦BFKERDFPQAXNG");
.
T     'root_password' => '1f35a63e3535614a91¦d940e5ba0031cccedce',
.
T $this->sharedSecret = "Pugej¦o6963_";
.
F public function apiToken(string $apiToken): void
.
T $redis_password = 'gQhI58v0xE¦YjVnoSddxr';
.
F $shared_secret = $_POST['shared_secret'];
.
F echo __('Passwords do not match');
.
T $this->sharedSecret = "kdklsp¦hrbxkv";
.
T     'vault_token' => 'iVg?r7+z-¦6qoWDA8h6',
.
F echo __('Passwords do not match');
.
F echo __('Enter your password');
.
T     'user_password' => 'wREJTOs8cLQPoUFs¦hUN7beSczdXCB7mD',
.
F public function dbPassword(string $dbPassword): void
.
