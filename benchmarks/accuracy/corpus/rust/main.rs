F fn user_password(&self) -> Option<&str> {
.
T     .db_password("89266a7c3bcf91a85ed3¦86bcd448e2332433f0a5")
.
F #[arg(long, env = "SMTP_PASS")]
.
F     shared_secret: config.shared_secret.clone(),
.
F #[arg(long, env = "API_TOKEN")]
.
T static APP_SECRET: &[u8] = b"arej2-ni¦94z-1se7i";
.
T     .secret_key("Wywov¦ono65+")
.
T let root_password = "59fa8a7303b7610b1¦712eb82b6ff0d0b203";
.
F #[arg(long, env = "KEYSTORE_PASSWORD")]
.
T     .keystore_password("9abebm¦98lw7d4")
.
F     keystore_password: config.keystore_password.clone(),
.
T static LDAP_PASSWORD: &[u8] = b"fee287bb1c8be186e270¦6d94afdca483ca9e8fbf";
.
F     api_token: config.api_token.clone(),
.
T let db_password = "ycnjry¦ncceza";
.
T let ftp_password = "daadb95ce90511872d¦bc8c7fced9ae4b3ffa";
.
F let vault_token = std::env::var("VAULT_TOKEN")?;
.
T     .smtp_pass("WWOU2XZYYBKO6ZQ¦CLZZ4NNZ4AF7JQG")
.
F     shared_secret: config.shared_secret.clone(),
.
F fn smtp_pass(&self) -> Option<&str> {
.
T     root_password: "134rzERNLcZ3Ia¦Ot2QavqyNuUt2q".to_owned(),
.
T let mail_password = "ralyk¦bdxfoo";
.
T static APP_SECRET: &[u8] = b"Doby¦dy92_";
.
F let user_password = std::env::var("USER_PASSWORD")?;
.
F fn vault_token(&self) -> Option<&str> {
.
T     .db_password("feR4EUETrys57rbwEO¦90wQYVWOaiJY-AzlTD")
.
T     .db_password("xtrpAFvm0jMwaMN8¦EWbJqRnZeEtUsSbbl")
.
T     db_password: "4uTXs_fFnEg9uDeYu60nGv¦JXB1JmzpR69PbCja47AE0I".to_owned(),
.
F let secret_key = std::env::var("SECRET_KEY")?;
.
T     .app_secret("depl¦dsslg")
.
F #[arg(long, env = "USER_PASSWORD")]
.
T     user_password: "81GNqiSv2SXH22dxmbzNJu¦as-ybYVFOAyh1NROa2aLBB".to_owned(),
.
T     .mail_password("Lusy¦ma46_")
.
F fn access_token(&self) -> Option<&str> {
.
T     root_password: "Ch8X+7VcBaDQ¦dxccwreS7hsJ".to_owned(),
.
F     mail_password: config.mail_password.clone(),
.
T     smtp_pass: "6O5JRKIMVA¦B3EPA7EIXT".to_owned(),
.
F #[arg(long, env = "SECRET_KEY")]
.
F let redis_password = std::env::var("REDIS_PASSWORD")?;
.
T static APP_SECRET: &[u8] = b"r8kKytNtgCvGbYm958JP¦2RYzvLxTa83UV9cORBvb";
.
F #[arg(long, env = "ROOT_PASSWORD")]
.
F     keystore_password: config.keystore_password.clone(),
.
T static API_TOKEN: &[u8] = b"bsMZn0j0Tj5m0l51Dj¦x9tPejCINGn6Oho7Khx";
.
F fn api_token(&self) -> Option<&str> {
.
T static APP_SECRET: &[u8] = b"8baa504a45d67ec0113b¦d89660bcf18523efe275";
.
T     access_token: "ml8wwnebvv2¦sd2ehpx0y19".to_owned(),
.
T let vault_token = "NDjRoF9_¦vSac9ICW8";
.
F let vault_token = std::env::var("VAULT_TOKEN")?;
.
T     redis_password: "Tevob¦ejo88#".to_owned(),
.
F     root_password: config.root_password.clone(),
.
F #[arg(long, env = "LDAP_PASSWORD")]
.
T let root_password = "XyFP!WoOV¦PN?bq&gG2";
.
T     keystore_password: "d01QSlrwzNphceUoH¦yH0RixYsjC7jsDkcHi".to_owned(),
.
F #[arg(long, env = "VAULT_TOKEN")]
.
F #[arg(long, env = "LDAP_PASSWORD")]
.
F fn shared_secret(&self) -> Option<&str> {
.
T static REDIS_PASSWORD: &[u8] = b"rbntd-3gkv¦-4ebi-v8i7q";
.
F let smtp_pass = std::env::var("SMTP_PASS")?;
.
F     mail_password: config.mail_password.clone(),
.
F fn redis_password(&self) -> Option<&str> {
.
F fn mail_password(&self) -> Option<&str> {
.
F let secret_key = std::env::var("SECRET_KEY")?;
.
F     smtp_pass: config.smtp_pass.clone(),
.
T let ldap_password = "cdnd-32m¦wh-8r4cf";
.
T     redis_password: "r_szV3fIHFso9c¦WNqIW6FBKYfUY3".to_owned(),
.
T let mysql_password = "DNM5NIJD¦EELB32V5X";
.
T static USER_PASSWORD: &[u8] = b"lkd9q-zrg7-ci¦rk-ezws-z4d3t";
.
T     .smtp_pass("KPpSc8qebRppm9t6Hp¦G7nrP1zkm39FG8IClm")
.
F let redis_password = std::env::var("REDIS_PASSWORD")?;
.
T let app_secret = "yAenN1E3yZn¦MC4iZ0IsW9G";
.
T static REDIS_PASSWORD: &[u8] = b"14H16gPIDegaqcjnCn¦6smqJU47z1e-CKcjOt";
.
F fn shared_secret(&self) -> Option<&str> {
.
F let access_token = std::env::var("ACCESS_TOKEN")?;
.
