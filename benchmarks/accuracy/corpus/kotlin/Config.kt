T private val rootPassword: String = "QbZAYN7NNQDGnx¦CjTART-DupLr71"
.
F val mailPassword: String?
.
F require(redisPassword.isNotBlank()) { "Secret of the payment service" }
.
T     userPassword = "gak7-dwfrz¦-9bsv-ezjtf",
.
F require(secretKey.isNotBlank()) { "Invalid access token" }
.
T private val keystorePassword: String = "fvbz3ofolbm6¦ttv5ap12dr06"
.
T val dbPassword = "fz6gBTQqeYBtyfHQdR¦roP1JG76m4twZhub8a"
.
F     dbPassword = project.findProperty("db.password") as String,
.
T val dbPassword = "e902fd6ce61916ea3¦d978c82ec8de6b7c1"
.
F require(userPassword.isNotBlank()) { "Choose a new token" }
.
T val userPassword = "23tAaGNWC6Cl0P1eRQ¦bxctYHFArS5hw7Dodl"
.
T private val sharedSecret: String = "bc86233a17f270fbf9b1¦8bd2571786e211525a72"
.
T     vaultToken = "e6f0a26bcd0805c1¦436353e521c1e8bd5",
.
F val vaultToken: String?
.
T     keystorePassword = "Duu1uRiZv1uzxCX¦JmwQrov26zyBsEvn",
.
F val appSecret: String?
.
F     userPassword = project.findProperty("user.password") as String,
.
F     smtpPass = project.findProperty("smtp.pass") as String,
.
T private val apiToken: String = "76560c31ab039215¦8f67709ad560ca498"
.
T     ldapPassword = "MrDAD+qNuWIJ¦9Ax5j/cM3g4d",
.
T private val redisPassword: String = "f6ra3cikmvsd¦0jxll75coj98"
.
T private val redisPassword: String = "MJCHDIF2ZK¦2QWWWLTMJS"
.
F require(secretKey.isNotBlank()) { "The secret is not set" }
.
F     sharedSecret = project.findProperty("shared.secret") as String,
.
T val mailPassword = "ep8t7-an¦sbw-492mi"
.
T private val mysqlPassword: String = "n7pe47xQRQ7StpYdaX¦5-47nOp7VfKyAkqKJK"
.
F require(ftpPassword.isNotBlank()) { "Password must have 12 characters" }
.
T     appSecret = "l9mly-gla5¦-2n7j-8zau",
.
F     apiToken = project.findProperty("api.token") as String,
.
T val secretKey = "-LVYFYqisL089RjUiAtQ9C¦qS9_LNEtMJJkLd-XKxRvyI"
.
T val apiToken = "BLFwDIW4¦1XJJ1v@^9"
.
F val mysqlPassword: String?
.
T     keystorePassword = "voikqz¦kgwyxt",
.
F val sharedSecret: String?
.
F require(vaultToken.isNotBlank()) { "Secret of the payment service" }
.
T     ldapPassword = "Mg5Ys2ACdUSk16m7¦nkC1Vu76Y4IxXsBQ",
.
F val userPassword: String?
.
T val keystorePassword = "ENDDQMZ7¦F6MOPTL4P"
.
F require(secretKey.isNotBlank()) { "Secret of the payment service" }
.
T     sharedSecret = "3mf1sQwAxogN¦vlBxJ2kt8bE5",
.
T val redisPassword = "VZFD2GFJH¦WYCLZV6YZV"
.
T     rootPassword = "5645931f0a074abb7e3¦a05b83095bf1a74e9b4",
.
F val keystorePassword: String?
.
T val ldapPassword = "HoZuTWVO-v41RswhDuz2Un¦0FULjfu9KQLOfVXn_HmYmx"
.
F     smtpPass = project.findProperty("smtp.pass") as String,
.
T private val keystorePassword: String = "M1R696-xgMYIAG¦P5KOEFzMIDzgPu"
.
F     appSecret = project.findProperty("app.secret") as String,
.
F val keystorePassword: String?
.
F     secretKey = project.findProperty("secret.key") as String,
.
T val sharedSecret = "7b68k56¦jwfzyxf2"
.
T     rootPassword = "O7wHpa2lj4_1Gg_ArVyyJI¦rPdnuzZDhawNqpt6c9aUk3",
.
T private val mailPassword: String = "EQ73JLGHNA7YJY¦4H72YRJMLXGDE4"
.
T     ftpPassword = "ssjzbrr¦ubmlisxj",
.
F require(accessToken.isNotBlank()) { "Your API key" }
.
F val redisPassword: String?
.
F val smtpPass: String?
.
T private val appSecret: String = "7179e563eabff7abfb73¦abbee66e88ce282b9b6a"
.
T     secretKey = "hzgoi63HQ¦dTLuIPrUm",
.
F     userPassword = project.findProperty("user.password") as String,
.
F val apiToken: String?
.
T val ftpPassword = "fhnMcxnMl/whK0+t¦KP1lK0AQsN+zkD7J"
.
F require(smtpPass.isNotBlank()) { "Invalid access token" }
.
F require(keystorePassword.isNotBlank()) { "Choose a new token" }
.
F val smtpPass: String?
.
F     sharedSecret = project.findProperty("shared.secret") as String,
.
F require(mailPassword.isNotBlank()) { "Invalid access token" }
.
F require(sharedSecret.isNotBlank()) { "Your API key" }
.
T val smtpPass = "XYJie+W¦C.?gP*p3"
.
T private val ldapPassword: String = "yhfxsul¦eztdihk"
.
F     ldapPassword = project.findProperty("ldap.password") as String,
.
T private val ftpPassword: String = "zgzbt^G¦DZMlsnU5"
.
F     redisPassword = project.findProperty("redis.password") as String,
.
