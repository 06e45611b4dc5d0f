F char mysql_password[MAX_MYSQL_PASSWORD_LEN + 1];
.
F smtp_pass = getenv("SMTP_PASS");
.
T char smtp_pass[] = "jVk%4¦hA.MC7";
.
F char user_password[MAX_USER_PASSWORD_LEN + 1];
.
T setenv("MAIL_PASSWORD", "uvnvyzn¦dqhlcres", 1);
.
T char shared_secret[] = "OOLCMNTA53¦XTCPXFSZY5X";
.
T setenv("ACCESS_TOKEN", "VNtH3DxcDVofz7Ox2l¦QHAbkeWmYHLjUnkfoRI", 1);
.
F char ftp_password[MAX_FTP_PASSWORD_LEN + 1];
.
F root_password = getenv("ROOT_PASSWORD");
.
T char mail_password[] = "1xYFPdNWeMASsE¦7DdjHazTm5sRep";
.
F char ftp_password[MAX_FTP_PASSWORD_LEN + 1];
.
T setenv("VAULT_TOKEN", "25zhf0¦4bjg12", 1);
.
T char vault_token[] = "9v4zw8x¦azp8bpd4";
.
F char secret_key[MAX_SECRET_KEY_LEN + 1];
.
T setenv("MYSQL_PASSWORD", "b6rdv26vg09¦m6ts11lhl61", 1);
.
F     .redis_password = opts->redis_password,
.
F     .mysql_password = opts->mysql_password,
.
T char redis_password[] = "5DV6ZORWKT44¦JCJAVFKHDW2Z7";
.
T #define VAULT_TOKEN "7OqLy5TeNFluQ-5oGzHX6N¦8CF-JarER28e4NbH4uDia8"
.
T setenv("SMTP_PASS", "Xypu¦du99_", 1);
.
T #define SMTP_PASS "Nerim¦a6718_"
.
T #define MAIL_PASSWORD "y758poa7gy¦pv5av7eaq9"
.
T setenv("USER_PASSWORD", "GGep1SKDvhHLcbij¦OrWslTan2E1l82d5", 1);
.
T char ldap_password[] = "LdOE_¦Tc6Ha9";
.
T #define DB_PASSWORD "Nylep¦y409!"
.
F smtp_pass = getenv("SMTP_PASS");
.
T #define SECRET_KEY "kfjeo872¦b6lo2qp19"
.
F char redis_password[MAX_REDIS_PASSWORD_LEN + 1];
.
F char mysql_password[MAX_MYSQL_PASSWORD_LEN + 1];
.
F     .shared_secret = opts->shared_secret,
.
F shared_secret = getenv("SHARED_SECRET");
.
T setenv("MAIL_PASSWORD", "ar1znd0lb5i¦9nm9ne9qpu7", 1);
.
T char keystore_password[] = "LjLMS2S7AHr6iMf_Q5m_6a¦UnVWgkGQekrfh1Z8KqjNv3";
.
F access_token = getenv("ACCESS_TOKEN");
.
T setenv("API_TOKEN", "mjV8NE¦TF~@h8", 1);
.
F     .access_token = opts->access_token,
.
F ldap_password = getenv("LDAP_PASSWORD");
.
T #define SECRET_KEY "bf0ac77b3477ace44183¦d3383ee0f63e5cb3fe66"
.
F char db_password[MAX_DB_PASSWORD_LEN + 1];
.
F     .shared_secret = opts->shared_secret,
.
T setenv("ACCESS_TOKEN", "efjpyoxb¦meqjfylt", 1);
.
T #define APP_SECRET "ly2u-qveuc¦-osgzc-ihp0"
.
T char root_password[] = "4c0bnaaSwpO¦YD1oea6uf9w";
.
F     .api_token = opts->api_token,
.
F ftp_password = getenv("FTP_PASSWORD");
.
F     .db_password = opts->db_password,
.
T setenv("VAULT_TOKEN", "VHnYKOg+zlBK5CuLTOXKA5¦f7RXV7dgjqGLkCriBkaVo=", 1);
.
F char keystore_password[MAX_KEYSTORE_PASSWORD_LEN + 1];
.
T #define REDIS_PASSWORD "QZ%%5.%¦!R6a0Q2"
.
F     .secret_key = opts->secret_key,
.
F     .keystore_password = opts->keystore_password,
.
T #define REDIS_PASSWORD "rIzXmK6¦Kxf1~d9"
.
F     .ftp_password = opts->ftp_password,
.
T setenv("LDAP_PASSWORD", "esaq3-rq¦nq-ut9nj", 1);
.
F app_secret = getenv("APP_SECRET");
.
T char access_token[] = "3d077abe1fa4d48a96¦7004ce4e197b76d44cc";
.
F secret_key = getenv("SECRET_KEY");
.
F char ldap_password[MAX_LDAP_PASSWORD_LEN + 1];
.
T char app_secret[] = "0cda-uatc¦-sdc7-x19q";
.
T #define MYSQL_PASSWORD "IVDPNqlaQDuBkC8V3Ihs+/¦yFB6WPsBZtyHG3yZ5tmnI="
.
T char app_secret[] = "nA8HXIm3jO1¦lOHya649b7Yy";
.
F     .shared_secret = opts->shared_secret,
.
T setenv("SECRET_KEY", "path27bo6¦uq21fefb1", 1);
.
F db_password = getenv("DB_PASSWORD");
.
F secret_key = getenv("SECRET_KEY");
.
T #define FTP_PASSWORD "nzmj-mms¦1z-aan7j"
.
F mysql_password = getenv("MYSQL_PASSWORD");
.
T #define DB_PASSWORD "ERPXvL64M0Iu705zy5¦g9uIL2NKUB2s7qbIc3W"
.
T char smtp_pass[] = "axko¦tozni";
.
F char mail_password[MAX_MAIL_PASSWORD_LEN + 1];
.
F char redis_password[MAX_REDIS_PASSWORD_LEN + 1];
.
F     .shared_secret = opts->shared_secret,
.
