F 	DbPassword: "integration-test-token",
.
F 	KeystorePassword: "my-secret-value",
.
F 	AppSecret: cfg.AppSecret,
.
T flag.String("redis-password", "hoqrlr¦qhpuxis", "used for the upstream")
.
F 	SharedSecret: "hunter_example",
.
T const mysqlPassword = "X2OR76THC¦3E46IFBGOO"
.
F return errors.New("Choose a new token")
.
T flag.String("root-password", "dkfy8lhby¦5wcynbw91", "used for the upstream")
.
F 	ApiToken: cfg.ApiToken,
.
T os.Setenv("LDAP_PASSWORD", "by+l/t8pdGjhVFRWd1gEZn¦eH0pvmPiAfSEHKeNVCSJE=")
.
F 	LdapPassword: "dummy",
.
F 	MysqlPassword: cfg.MysqlPassword,
.
F 	DbPassword: "hunter_example",
.
T const redisPassword = "y48w-bps0-¦xz6w-dvxqi"
.
F return errors.New("Your API key")
.
T flag.String("smtp-pass", "nk6fmICPD4swv9cL6zSR¦LnENlznxMu3b3nUkCSYZ", "used for the upstream")
.
T flag.String("mail-password", "SDQKRZGD44YFUYZA¦ZEW4J5YDG33GA3RG", "used for the upstream")
.
F 	SharedSecret string `json:"shared_secret"`
.
T sharedSecret := "4c8f2aec6e8cf0079¦bc3d54d508ec6d2a3"
.
T os.Setenv("MAIL_PASSWORD", "Getovi¦pe3062!")
.
T os.Setenv("APP_SECRET", "36bhc¦g88aa3")
.
T const redisPassword = "XML7MH7FLO¦VABEGSE2P7R"
.
F 	DbPassword: cfg.DbPassword,
.
T const ldapPassword = "FWMVK34wfV1AMXBTOQN_4I¦f55wAVmUuvRR73b0Me5lGd"
.
T flag.String("redis-password", "pvpugc¦ovqavsy", "used for the upstream")
.
T const secretKey = "PDCF_BR¦WNvM5G5"
.
F 	AccessToken: cfg.AccessToken,
.
T os.Setenv("SMTP_PASS", "ZnOVds¦R47Le4")
.
F 	RootPassword string `json:"root_password"`
.
F 	KeystorePassword: cfg.KeystorePassword,
.
T smtpPass := "3XK27FWY¦UDR3ZUIQK"
.
F return errors.New("The secret is not set")
.
F 	DbPassword string `json:"db_password"`
.
F 	RedisPassword string `json:"redis_password"`
.
T const ldapPassword = "XZkgxG¦zXU8h4"
.
F 	RedisPassword string `json:"redis_password"`
.
F return errors.New("token expired or revoked")
.
T secretKey := "RNMoNfKXkb8fViVgYfnPmr¦GllXXG8zNPt/U7rOgV+ZM="
.
T os.Setenv("SMTP_PASS", "3GAOTIOQZBD4¦5RXJTB36WIPKP")
.
F return errors.New("The secret is not set")
.
T mailPassword := "rOY5NXBdb3kwGr¦tmo8wDeE6oabgN"
.
T smtpPass := "3VGDQXQJ2¦XHHXYUVIM"
.
T flag.String("keystore-password", "4slIM5pcShn4mrfOX9o_Ft¦QknDabm_6lD4QOv88w5b9L", "used for the upstream")
.
F 	AccessToken: cfg.AccessToken,
.
F return errors.New("Secret of the payment service")
.
T flag.String("root-password", "llqb-jk9b-07¦ek-mhhfh-phhz", "used for the upstream")
.
F return errors.New("Choose a new token")
.
T flag.String("smtp-pass", "Fevys¦o0344!", "used for the upstream")
.
F 	FtpPassword: "my-secret-value",
.
T os.Setenv("SECRET_KEY", "1dab-uaphj¦-bxkz-17iz")
.
F return errors.New("Forgot your password?")
.
T flag.String("access-token", "W2XPLA5KO6GWCXPE¦ZXYOLCFLHAGCRLNQ", "used for the upstream")
.
F 	AccessToken: cfg.AccessToken,
.
T rootPassword := "DnPpacw1HInx9k¦pkCV86cShMgM-S"
.
T os.Setenv("ROOT_PASSWORD", "zhSSWxF66OuDO¦6F8SxUbnQRzYpl")
.
F return errors.New("Your API key")
.
T const ldapPassword = "rqhhhc¦jsfcikd"
.
F 	SmtpPass: cfg.SmtpPass,
.
T os.Setenv("API_TOKEN", "o091-ve¦seb-vit0")
.
F 	AccessToken string `json:"access_token"`
.
T rootPassword := "6x3p-749s-¦e1es-p9rae"
.
F 	AccessToken string `json:"access_token"`
.
F 	AccessToken: "changeme",
.
F 	LdapPassword string `json:"ldap_password"`
.
T sharedSecret := "gxW0UGDchlZKEpBb¦ffQfH3Gnh4gc/crq"
.
T os.Setenv("ACCESS_TOKEN", "Li5VlNTBTFSuEa¦fApkweUVHhqhvgP")
.
F 	AccessToken: "replace_me",
.
T secretKey := "dwq0-hnj7-¦hc80-5sqb8"
.
T const secretKey = "d099043de1405dff814¦df40002e88f94957e277"
.
F 	UserPassword string `json:"user_password"`
.
F 	RootPassword: "default_password",
.
T const dbPassword = "8fq2hwxh4vlk¦uzgxxv2zy12t8"
.
