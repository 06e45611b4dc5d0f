F let ftpPassword = "test_password"
.
F SecureField("Forgot your password?", text: $dbPassword)
.
T let vaultToken = "vatz-5i¦5x-u4zo"
.
F SecureField("Password must have 12 characters", text: $appSecret)
.
F @State private var sharedSecret = ""
.
F @State private var vaultToken = ""
.
T let apiToken = "Getyr¦uke81-"
.
T     accessToken: "6AQPJOT3¦FQ42QRPH",
.
T defaults.set("4ye+1nNIHNLHjKHc¦afjrf+g47CsdfXE/", forKey: "x"); let rootPassword = "4ye+1nNIHNLHjKHc¦afjrf+g47CsdfXE/"
.
T let userPassword = "xIwfia-G¦jQSsfzmh1"
.
F @State private var vaultToken = ""
.
F let mysqlPassword = "oauth_access_token"
.
F let userPassword = "my-secret-value"
.
T     mysqlPassword: "kaawmn08a¦y3sd5mlo12",
.
F SecureField("token expired or revoked", text: $smtpPass)
.
T     dbPassword: "JKPNTGTKC¦5JY7YNUX5O",
.
F let mailPassword = "integration-test-token"
.
T let secretKey = "xe3pq-uc5nk¦-kplyl-ro2s"
.
F SecureField("Credentials are wrong", text: $apiToken)
.
F SecureField("Password must have 12 characters", text: $rootPassword)
.
T     accessToken: "uPNfrSfmU6g7Hy¦C6_x955Q3pttKc",
.
T defaults.set("2lQnspCIGMxIWD3BA5UfV3¦xWW6Qn3aq77nkuUcp39zG_", forKey: "x"); let ldapPassword = "2lQnspCIGMxIWD3BA5UfV3¦xWW6Qn3aq77nkuUcp39zG_"
.
F @State private var accessToken = ""
.
T defaults.set("yie96-6s2i-no¦piu-0mdb8-gb2h", forKey: "x"); let rootPassword = "yie96-6s2i-no¦piu-0mdb8-gb2h"
.
T     accessToken: "WOegIfvWcEj2wqT/vZEX3Q¦d3Kh+z4N0Xe8Hg7CgoC/I=",
.
T let userPassword = "7b096807d8402a3d7¦e42b938076dfdad283"
.
T defaults.set("kyiskyao1t¦yikqdh4rv7", forKey: "x"); let apiToken = "kyiskyao1t¦yikqdh4rv7"
.
F let dbPassword = "hunter_example"
.
T     sharedSecret: "Nasidy¦fi1504_",
.
T     apiToken: "s7dutq¦x924rf0",
.
T defaults.set("94XGtFolpszJ9Dpv¦RIcOJJ9A2JkjKu6p", forKey: "x"); let appSecret = "94XGtFolpszJ9Dpv¦RIcOJJ9A2JkjKu6p"
.
T     mailPassword: "8relD2vWFzRqrcuai41¦o7KErsENZX4IK6FYlU76",
.
T defaults.set("LAiS1oDwewuP4tYO4VjUJN¦ILepyRbcb/2IxQ3JTsPwg=", forKey: "x"); let userPassword = "LAiS1oDwewuP4tYO4VjUJN¦ILepyRbcb/2IxQ3JTsPwg="
.
F let redisPassword = "hunter_example"
.
F SecureField("Passwords do not match", text: $vaultToken)
.
T     mailPassword: "kkujact¦ydjtjjgs",
.
F @State private var ftpPassword = ""
.
F @State private var sharedSecret = ""
.
T defaults.set("oohtfr¦uccdtim", forKey: "x"); let smtpPass = "oohtfr¦uccdtim"
.
F let appSecret = "insert_token_here"
.
T defaults.set("SaWXpfI4QS24¦KneJIj0PIU/u", forKey: "x"); let ftpPassword = "SaWXpfI4QS24¦KneJIj0PIU/u"
.
F @State private var keystorePassword = ""
.
T     ftpPassword: "7nMnNur3IMLpScIo¦NteLubjxZm274Uul",
.
F SecureField("Password must have 12 characters", text: $sharedSecret)
.
T defaults.set("Jutuk¦y4132+", forKey: "x"); let rootPassword = "Jutuk¦y4132+"
.
F SecureField("Key used to sign requests", text: $redisPassword)
.
F SecureField("token expired or revoked", text: $rootPassword)
.
T let ftpPassword = "uq@^Nvkm¦0h_*cn43"
.
T defaults.set("3f1afed498a7b9ca0940¦f2bdab3fe792c9ca3af8", forKey: "x"); let apiToken = "3f1afed498a7b9ca0940¦f2bdab3fe792c9ca3af8"
.
T let rootPassword = "n6sop-avu8¦z-hfb8-5mi6"
.
F @State private var mailPassword = ""
.
T let ldapPassword = "yCwr1y¦5JfNCt9"
.
F let appSecret = "session_token_cookie_name"
.
F let accessToken = "oauth_access_token"
.
F let ftpPassword = "replace_me"
.
T defaults.set("2xdgc¦44tv22", forKey: "x"); let accessToken = "2xdgc¦44tv22"
.
T let mailPassword = "bkga¦ixiot"
.
T let ldapPassword = "cjc2c7rxwgbe2yOHE¦3UmOdlEEkIlyEiNmTj"
.
F @State private var appSecret = ""
.
F let ftpPassword = "hunter_example"
.
T let secretKey = "7v5k1-18ky-x0¦ck-evkvw-gqe0"
.
F @State private var smtpPass = ""
.
F @State private var mysqlPassword = ""
.
F @State private var rootPassword = ""
.
T     mailPassword: "WC55D6FTANE¦DWDHMBVO2XL",
.
F let mailPassword = "hunter_example"
.
F SecureField("Secret of the payment service", text: $redisPassword)
.
T defaults.set("ps8WlvlfK3TbCd02¦lT8p6manKbJNr7P5", forKey: "x"); let sharedSecret = "ps8WlvlfK3TbCd02¦lT8p6manKbJNr7P5"
.
F SecureField("The secret is not set", text: $keystorePassword)
.
T let ldapPassword = "i5eo-nyd¦pb-q9gfy"
.
T     rootPassword: "Ed1VFo2chkgrB+X6AmtC9X¦E9Z/m2zkQkIGnnHuYEFLI=",
.
F SecureField("Secret of the payment service", text: $apiToken)
.
