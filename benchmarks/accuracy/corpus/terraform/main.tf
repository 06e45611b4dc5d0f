F   user_password = data.vault_generic_secret.user_password.data["value"]
.
F   root_password = var.root_password
.
T   smtp_pass = "ezuapw¦dltuvdb"
.
F   mysql_password = var.mysql_password
.
T   API_TOKEN = "3yxekn7yw2¦pv75df8sq7"
.
T   mysql_password = "scWzER-¦LJ?Nh~1"
.
F   ldap_password = data.vault_generic_secret.ldap_password.data["value"]
.
F   mail_password = data.vault_generic_secret.mail_password.data["value"]
.
F   mail_password = var.mail_password
.
F   user_password = var.user_password
.
F   redis_password = data.vault_generic_secret.redis_password.data["value"]
.
F   app_secret = data.vault_generic_secret.app_secret.data["value"]
.
T   db_password = "pqpgz¦kmnhm"
.
F   mail_password = data.vault_generic_secret.mail_password.data["value"]
.
T   ACCESS_TOKEN = "8V/q8U7G1Pxj¦nV51sXB+0bE/"
.
F   keystore_password = var.keystore_password
.
T   SMTP_PASS = "4814bf8d92d124a3cd4b¦2b6091c16d8f5bec8a29"
.
T   APP_SECRET = "umD^+C2¦xEsY^BH6"
.
F   mysql_password = var.mysql_password
.
F   secret_key = data.vault_generic_secret.secret_key.data["value"]
.
F   access_token = var.access_token
.
T   app_secret = "n9m6t-59f34-0¦kyt-i6ty9-lmtn"
.
T   ldap_password = "Xasoje¦xy226*"
.
T   redis_password = "iefpra¦gaymze"
.
T   USER_PASSWORD = "QgrrR1ieXxlpsHEe¦C2JjtvWkVVi8+3gW"
.
T   VAULT_TOKEN = "BB^G*?3¦Kb1CiR6"
.
T   shared_secret = "PC9IHk1k+jNB¦s2Kz/ssW14qn"
.
F   shared_secret = data.vault_generic_secret.shared_secret.data["value"]
.
T   ACCESS_TOKEN = "_lrOGiRAYow2tgyhns¦IgWOBMAMacBPxbQ-Qb"
.
F   app_secret = var.app_secret
.
T   mysql_password = "dlvur-x7ax5-c¦8ek-fnmc8-i8w4"
.
F   ftp_password = var.ftp_password
.
T   vault_token = "RWCU6DXH7T¦5YTP5XP4NRE"
.
T   ftp_password = "YKQYVI43M¦T2GNZ4F6C"
.
F   vault_token = var.vault_token
.
T   mail_password = "AOM5MSGG57RDSZ¦XB6CKFQXCRAOAPI"
.
T   VAULT_TOKEN = "M67JQQYDGTL4ZX5R¦OTLTERARHWX4MLET"
.
F   mysql_password = var.mysql_password
.
F   smtp_pass = var.smtp_pass
.
F   ftp_password = var.ftp_password
.
T   keystore_password = "wcu5F¦RrRgC0"
.
F   secret_key = var.secret_key
.
T   KEYSTORE_PASSWORD = "ZSHXJ¦5*FQ2"
.
F   mail_password = var.mail_password
.
F   user_password = data.vault_generic_secret.user_password.data["value"]
.
F   vault_token = data.vault_generic_secret.vault_token.data["value"]
.
F   shared_secret = var.shared_secret
.
F   user_password = var.user_password
.
F   db_password = data.vault_generic_secret.db_password.data["value"]
.
T   VAULT_TOKEN = "gBO#e7_¦p1GJP1H6"
.
T   SECRET_KEY = "o4pdsd¦11rl365"
.
T   api_token = "bmpiif¦gzezzl"
.
F   access_token = data.vault_generic_secret.access_token.data["value"]
.
T   MAIL_PASSWORD = "Nipep¦i5749-"
.
T   SECRET_KEY = "f936acb8cc612117f¦922f046ebbba95f28"
.
F   api_token = data.vault_generic_secret.api_token.data["value"]
.
F   root_password = var.root_password
.
T   DB_PASSWORD = "e62803872a74990554¦ae1e3b36efe6bc23916"
.
T   root_password = "RJ0UilfI3r6O¦EpFcyyuWK7Ep"
.
T   db_password = "Kipek¦a4914*"
.
T   root_password = "59d5-qe¦377-rt8z"
.
T   MAIL_PASSWORD = "Legeza¦lu8052!"
.
F   app_secret = data.vault_generic_secret.app_secret.data["value"]
.
F   access_token = data.vault_generic_secret.access_token.data["value"]
.
F   app_secret = data.vault_generic_secret.app_secret.data["value"]
.
T   VAULT_TOKEN = "v686sta¦dgsix20"
.
F   shared_secret = data.vault_generic_secret.shared_secret.data["value"]
.
T   LDAP_PASSWORD = "c2spdwB1Fgx8Ndti¦2nzHCqlGDb+g9Iby"
.
T   KEYSTORE_PASSWORD = "vtmj¦ctabt"
.
T   shared_secret = "pspafw¦fombngb"
.
T   user_password = "Bebyry¦ge900!"
.
F   ldap_password = data.vault_generic_secret.ldap_password.data["value"]
.
