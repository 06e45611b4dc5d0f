F     UserPassword = options.UserPassword,
.
T public string MysqlPassword { get; set; } = "h77NS4iES+097JLLzikWW7¦Ts7qH/4+xwdCzDDD3I4R0=";
.
F     MysqlPassword = "bearer_token_name",
.
F     VaultToken = options.VaultToken,
.
T new NetworkCredential("ops", mailPassword: "5429787a0d5ddd0382ec¦34bed311ca78c72c92c4");
.
T     RedisPassword = "xditw-t4jzg-xx¦8z-bs0d0-mu1b2",
.
T     RootPassword = "fzAEdNzFEUEWsn0o¦TLT8W3F5zKaFDS89",
.
T new NetworkCredential("ops", keystorePassword: "67MSG3O42M7V6¦SGPUXNWD46ESRG");
.
F throw new ArgumentException("Your API key", nameof(smtpPass));
.
F     ApiToken = "default_password",
.
F public string UserPassword { get; set; }
.
F throw new ArgumentException("Choose a new token", nameof(mailPassword));
.
T private const string RedisPassword = "LRL1Jna3fUNonfRcUu¦KR2sbVI1BBwnTVghrq";
.
T public string SmtpPass { get; set; } = "IJ2sQztp¦A#.Cp^J23";
.
F     AppSecret = options.AppSecret,
.
T new NetworkCredential("ops", sharedSecret: "QMJxdU¦_@~%nY5");
.
T private const string KeystorePassword = "ftx21-nenp-¦7x3uh-57s15";
.
F public string FtpPassword { get; set; }
.
F     SmtpPass = options.SmtpPass,
.
F     VaultToken = "default_password",
.
F throw new ArgumentException("Secret of the payment service", nameof(appSecret));
.
F     AppSecret = "insert_token_here",
.
T     LdapPassword = "55wzo-rno0¦-7g3r-m25xr",
.
F     SmtpPass = "changeme",
.
T private const string DbPassword = "xyduh¦gsquqo";
.
T public string SharedSecret { get; set; } = "gLkT2h¦73mYi4";
.
T     ApiToken = "89f864016318f41969cd¦0ced9e128da20779d82c",
.
F throw new ArgumentException("Credentials are wrong", nameof(redisPassword));
.
T new NetworkCredential("ops", ldapPassword: "cx2Ykfbd0jN3Fh¦0QX0Mv_nH22goN");
.
T     SecretKey = "oyzwjmy¦njapmcu",
.
F     RootPassword = options.RootPassword,
.
F     DbPassword = options.DbPassword,
.
F throw new ArgumentException("Forgot your password?", nameof(redisPassword));
.
T new NetworkCredential("ops", dbPassword: "JIioi5gYu7BAnV9k¦ni/akiQHT4SWwT2y");
.
F     AppSecret = "integration-test-token",
.
F     DbPassword = options.DbPassword,
.
T     KeystorePassword = "eCx?O¦.+b2+8",
.
T private const string RedisPassword = "l9vlo-z6tf1-f3¦hjz-ps7bk-2qjuu";
.
F throw new ArgumentException("Credentials are wrong", nameof(ldapPassword));
.
F throw new ArgumentException("Choose a new token", nameof(mailPassword));
.
T     LdapPassword = "qdAXSnyMuPyufZS9nSoJ3/¦0FCh/gYGp1ZZ0PaPvaAXk=",
.
T new NetworkCredential("ops", apiToken: "dziy¦whezj");
.
T private const string UserPassword = "13a542c4925778ccb¦f6245e6eabe5f35bc";
.
F     AccessToken = "hunter_example",
.
T private const string MailPassword = "pif2-qg62-jsh¦a-k0w4s-yst9g";
.
T public string SmtpPass { get; set; } = "FFYSEHQ6I54WW¦CILVEIL6HXRN2X";
.
F     ApiToken = "insert_token_here",
.
F public string SecretKey { get; set; }
.
F public string RootPassword { get; set; }
.
T new NetworkCredential("ops", smtpPass: "zgsuey¦ppogrnm");
.
T public string FtpPassword { get; set; } = "vepq¦wceiu";
.
T new NetworkCredential("ops", redisPassword: "UtpHrW¦ju30yT6");
.
F public string LdapPassword { get; set; }
.
T     MailPassword = "9-6KEW637gMka5dyae¦-RirRd_UpzfDZZLEUm",
.
T public string AccessToken { get; set; } = "a691a5a00a1d817f0c1e¦e37a879b6377bef49531";
.
T new NetworkCredential("ops", mysqlPassword: "zuna5rx65f8¦hopzvqoonl9");
.
F throw new ArgumentException("Invalid access token", nameof(ftpPassword));
.
T private const string MysqlPassword = "jWf4ZvVfoQhB¦kFK9098qesUt";
.
F throw new ArgumentException("Forgot your password?", nameof(vaultToken));
.
T public string SecretKey { get; set; } = "v/1OaiNaOte4uce/wW+dVk¦EIoEsOPKcJc4HaJJvHGx8=";
.
F public string VaultToken { get; set; }
.
T     RootPassword = "RLbBf9¦et~Ojj6",
.
F     DbPassword = "oauth_access_token",
.
T private const string FtpPassword = "niE*#@.¦*E3#uLM7";
.
F public string AppSecret { get; set; }
.
F public string AppSecret { get; set; }
.
F public string MailPassword { get; set; }
.
F     SmtpPass = options.SmtpPass,
.
F     UserPassword = options.UserPassword,
.
T private const string SmtpPass = "ngs0h2jni9kG-tDq73¦GLlb6awMwnesqadEJB";
.
T public string SecretKey { get; set; } = "MEUU*2b¦PjKfmL7";
.
T public string FtpPassword { get; set; } = "Vawyg¦a4627*";
.
