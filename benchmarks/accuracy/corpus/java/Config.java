F String mailPassword = request.getParameter("mailPassword");
.
F String mysqlPassword = "xxxxxxxxxxxxxxxx";
.
T private static final String SMTP_PASS = "eYj8iPp0Ihha¦ZA8amf1XJ8lk";
.
T System.setProperty("api.token", "hhxmy¦akfpb");
.
T config.setSecretKey("s-xQ6z4ia3T4xt9Wc0¦y7-VmtV6Ve9IGQ4Lx-");
.
T System.setProperty("mail.password", "j70Eg17k¦7yXQ12LY");
.
T DriverManager.getConnection(url, "shop", "plkgjj¦prczffi"); // dbPassword
.
T config.setSecretKey("PBDHJYMM¦Y7FGP23N7");
.
T System.setProperty("root.password", "FyP-YVuOiJoADt¦MFHSx1ZuUsuPr8");
.
T private static final String DB_PASSWORD = "76GQRIF3T¦LFES7GDBBE";
.
F String vaultToken = "session_token_cookie_name";
.
T System.setProperty("db.password", "ZbGtXb@2¦d.W@Mrlu9");
.
T private static final String KEYSTORE_PASSWORD = "QIEK2SLF¦4BY2TEIC";
.
T DriverManager.getConnection(url, "shop", "57wu-5q¦yrf-0elc"); // mysqlPassword
.
T config.setUserPassword("Firiw¦ola91#");
.
T     .secretKey("3P1orS90VNmy¦Lvu9LkHYj1SU")
.
F private String userPassword;
.
T private static final String SECRET_KEY = "bopd¦lguqr";
.
F String mailPassword = request.getParameter("mailPassword");
.
F @Value("${access.token}") private String accessToken;
.
T System.setProperty("mysql.password", "Jydiw¦i849.");
.
F private String apiToken;
.
T     .ldapPassword("ZF97TCuK¦JNCF%q+9")
.
F @Value("${api.token}") private String apiToken;
.
T     .smtpPass("vygmcdu¦hucgxdi")
.
T DriverManager.getConnection(url, "shop", "45n53-u9¦pcm-ktir"); // appSecret
.
F private String secretKey;
.
F String ldapPassword = request.getParameter("ldapPassword");
.
T     .userPassword("sbrghz¦adekzs")
.
F @Value("${keystore.password}") private String keystorePassword;
.
T DriverManager.getConnection(url, "shop", "JUBdrCnIL¦HjbbBmMT4"); // mailPassword
.
F throw new IllegalStateException("Password must have 12 characters");
.
T private static final String FTP_PASSWORD = "R0EMe9emMreS42N/¦CaTUXURf/ADCBOef";
.
F String accessToken = request.getParameter("accessToken");
.
T config.setApiToken("lejjsju¦msymbfiz");
.
F String sharedSecret = request.getParameter("sharedSecret");
.
T     .userPassword("VHeZkBiBPC3cmtu3ylnn3Y¦uoSFyhZ7B0rGYa0cwCRrY=")
.
F String mysqlPassword = "integration-test-token";
.
F String secretKey = "integration-test-token";
.
F private String rootPassword;
.
F throw new IllegalStateException("token expired or revoked");
.
T private static final String MAIL_PASSWORD = "hqoebrj¦fpdspdb";
.
F String accessToken = request.getParameter("accessToken");
.
F String sharedSecret = "insert_token_here";
.
T DriverManager.getConnection(url, "shop", "zfvdptd¦vvdukjl"); // apiToken
.
F @Value("${user.password}") private String userPassword;
.
T     .sharedSecret("5ZP2M2OQU2¦XJLCLYTXHLP")
.
F @Value("${keystore.password}") private String keystorePassword;
.
F throw new IllegalStateException("token expired or revoked");
.
F throw new IllegalStateException("Secret of the payment service");
.
F private String keystorePassword;
.
F throw new IllegalStateException("Credentials are wrong");
.
T config.setSmtpPass("VwBf0UcbM8wM¦IWwzqnpKztou");
.
F throw new IllegalStateException("Passwords do not match");
.
F private String redisPassword;
.
F @Value("${access.token}") private String accessToken;
.
T DriverManager.getConnection(url, "shop", "uuhTig8LayGX05¦OQfsXIVIJzkUo4"); // ftpPassword
.
F private String keystorePassword;
.
T config.setFtpPassword("yRBz+P+1w0RZbHfOCRqOsT¦Fc3tuqH7oIEGm28c6IAP0=");
.
T DriverManager.getConnection(url, "shop", "6wzr3glpkh¦j4omr9nwt09"); // appSecret
.
T     .mysqlPassword("BlqrVI7¦9J@+8q3")
.
T System.setProperty("vault.token", "bLYhq35gM8Ppgjlr0K¦HADLm3-VXef5mM7hST");
.
F String vaultToken = "changeme";
.
T config.setAccessToken("2AAOVNAW5VPB¦ZNE67OTLYYVQI");
.
F private String ldapPassword;
.
F String dbPassword = "replace_me";
.
F String smtpPass = request.getParameter("smtpPass");
.
T private static final String KEYSTORE_PASSWORD = "mYuruCM~N¦DOBcxDvA5";
.
T System.setProperty("secret.key", "Guta¦te74#");
.
F throw new IllegalStateException("Enter your password");
.
T private static final String APP_SECRET = "lfgHUdsZIDH6fl¦vXq0BUG68XLvyRg";
.
F @Value("${api.token}") private String apiToken;
.
