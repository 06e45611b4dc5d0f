F case class Login(user: String, smtpPass: Secret)
.
F val apiToken: Option[String] = sys.env.get("API_TOKEN")
.
T val dbPassword = "AXfTik2¦0!~uRg*6"
.
T val smtpPass = "krqznvn¦migqgwls"
.
F case class Login(user: String, sharedSecret: Secret)
.
T val secretKey = "a4b493eedf74ea93¦0d857caaf506795d7"
.
F case class Login(user: String, ldapPassword: Secret)
.
F case class Login(user: String, secretKey: Secret)
.
T   "user.password" -> "Fvw8C1dpioeTxeio¦89MewANgTO+AHqLz",
.
F case class Login(user: String, appSecret: Secret)
.
T   "mail.password" -> "cc5j-ql¦8f-7jb2v",
.
F val ldapPassword: Option[String] = sys.env.get("LDAP_PASSWORD")
.
F case class Login(user: String, secretKey: Secret)
.
F val apiToken: Option[String] = sys.env.get("API_TOKEN")
.
T val mysqlPassword = "xb0IStf34gziWqCxT5q¦VZpqWL8PRjxoBFk64e5"
.
T val secretKey = "JBEGTZMCSO¦2FAR5DHPAHS"
.
F val sharedSecret: Option[String] = sys.env.get("SHARED_SECRET")
.
T   "shared.secret" -> "dd584619e2fe9b506¦55338176a8a14d8e2",
.
T val secretKey = "487a49decf93ae8a279d¦15966cf4a08d9a204abb"
.
F val secretKey: Option[String] = sys.env.get("SECRET_KEY")
.
T   "api.token" -> "TlQ_A#V8¦1tsoMF&4",
.
T   "smtp.pass" -> "u213K7fUel2q¦UKGeh4+9QaI0",
.
T val smtpPass = "ejc7wp23l¦x13hymi7e2"
.
F val vaultToken: Option[String] = sys.env.get("VAULT_TOKEN")
.
T val redisPassword = "3x40apv6uj5y¦c48lpbzmnye1"
.
F case class Login(user: String, mailPassword: Secret)
.
T   "user.password" -> "royjhrf¦tkgtijsp",
.
T val keystorePassword = "URnsHb5qNp27¦oBT1t8yLBq2R"
.
T   "mail.password" -> "fpgvnc¦atboub",
.
F case class Login(user: String, vaultToken: Secret)
.
F case class Login(user: String, sharedSecret: Secret)
.
T   "mail.password" -> "lrf4e¦k9pbt2",
.
T   "vault.token" -> "NAEPNe-fMY8VexNr8meNTy¦l9xLWqhfj6_ldTOI-X4Wdg",
.
T   "ftp.password" -> "Xalisa¦pe2802_",
.
T   "db.password" -> "34CQKDFSRUQCIZ¦NN2ZIPBGF642ZN",
.
F val mysqlPassword: Option[String] = sys.env.get("MYSQL_PASSWORD")
.
F case class Login(user: String, mailPassword: Secret)
.
F val vaultToken: Option[String] = sys.env.get("VAULT_TOKEN")
.
F case class Login(user: String, dbPassword: Secret)
.
F case class Login(user: String, apiToken: Secret)
.
T   "secret.key" -> "ae86f1d9b8cd8ef021da¦bfa5cc064ab64e7a442b",
.
F val appSecret: Option[String] = sys.env.get("APP_SECRET")
.
F val rootPassword: Option[String] = sys.env.get("ROOT_PASSWORD")
.
F val rootPassword: Option[String] = sys.env.get("ROOT_PASSWORD")
.
F case class Login(user: String, apiToken: Secret)
.
T   "mail.password" -> "I4HK2VSCCF5VAE¦3BNYDIIKN3ALGP",
.
F case class Login(user: String, userPassword: Secret)
.
T   "shared.secret" -> "d7ptt-yo¦q11-ptmyr",
.
T val mysqlPassword = "HKMZP4JZBWIYG¦3JKHWPNZ2KT3JV"
.
T val ldapPassword = "Rusor¦i1848!"
.
T val secretKey = "KtHa6siDYjuUpSn1AE_mRk¦KsvBWRi5TXXweyK0Sw4bKT"
.
F val secretKey: Option[String] = sys.env.get("SECRET_KEY")
.
T val apiToken = "Kejaw¦i7313+"
.
F case class Login(user: String, appSecret: Secret)
.
F case class Login(user: String, ldapPassword: Secret)
.
F val appSecret: Option[String] = sys.env.get("APP_SECRET")
.
T   "user.password" -> "CBJSNXERTWEG¦JHKESYKMQTL2",
.
T val sharedSecret = "2024940a80f475abe303¦82bb54ff8ac34f749e1a"
.
F case class Login(user: String, userPassword: Secret)
.
F val mysqlPassword: Option[String] = sys.env.get("MYSQL_PASSWORD")
.
T   "secret.key" -> "vwumiyuq¦izcuyixu",
.
F case class Login(user: String, dbPassword: Secret)
.
F val accessToken: Option[String] = sys.env.get("ACCESS_TOKEN")
.
T val dbPassword = "4tnr7fnsggh6¦efp7dh7moc06"
.
F val ftpPassword: Option[String] = sys.env.get("FTP_PASSWORD")
.
F val keystorePassword: Option[String] = sys.env.get("KEYSTORE_PASSWORD")
.
T val smtpPass = "txyukhtr¦rnsqwajl"
.
T val smtpPass = "0h1xrilf7tas¦5gir8j4t5t56"
.
T   "access.token" -> "xknsoz¦vslwcwm",
.
F val keystorePassword: Option[String] = sys.env.get("KEYSTORE_PASSWORD")
.
T   "mail.password" -> "Vifegu¦la0179*",
.
T val ldapPassword = "h-jj7q7HKn2xQHTfW8¦5RKetQUvkiDwGurVzb"
.
