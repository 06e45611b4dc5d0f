T root_password = "36xRIhvXOptfk0vLTSo5jM¦Ak8YxnOuuHFJ0tu3GbXLI="
.
T self.keystore_password = u'00aaa3149c4019a921db¦4668c65dc7e3b957d60c'
.
F shared_secret = getpass.getpass("token expired or revoked: ")
.
F mail_password = "default_password"
.
F if shared_secret == previous_shared_secret:
.
T mail_password = "fmoomp¦rrwgwj"
.
F ldap_password = os.environ["LDAP_PASSWORD"]
.
F db_password = os.environ["DB_PASSWORD"]
.
F if mail_password == previous_mail_password:
.
T client = Client("ops", keystore_password='djyculw¦wgedtxoj')
.
F redis_password = serializers.CharField(max_length=128)
.
T connect(user="shop", mail_password="ajp6qu3y¦phb44s8r2", timeout=30)
.
T client = Client("ops", user_password='GZ2EZMGNY¦VFVTGUIQM6')
.
F ftp_password = "local_dev_password"
.
T connect(user="shop", shared_secret="icjvl¦ujddc", timeout=30)
.
F parser.add_argument("--smtp-pass", help="Key used to sign requests")
.
F smtp_pass = os.environ["SMTP_PASS"]
.
F redis_password = serializers.CharField(max_length=128)
.
F if api_token == previous_api_token:
.
T api_token = "sy4fy-gf¦bc-9u0uc"
.
F root_password = serializers.CharField(max_length=128)
.
F if db_password == previous_db_password:
.
T os.environ["LDAP_PASSWORD"] = "1gN19lMPlv8XY6F4p4¦-XMp332WiA2N66Fk_8"
.
T cfg.setdefault("redis_password", "zdj1U_¦pOkh^6")
.
F parser.add_argument("--ldap-password", help="Passwords do not match")
.
F if shared_secret == previous_shared_secret:
.
T os.environ["MAIL_PASSWORD"] = "v33cpmgv1c1¦0lwpjlhbhu4"
.
T self.ldap_password = u'1czTTT6o5F7mM8¦Gm6oo3KBnv3DKH'
.
F parser.add_argument("--db-password", help="Password must have 12 characters")
.
T cfg.setdefault("root_password", "8xjwuh69n¦thyp9t5r8")
.
T self.mysql_password = u'nIotyTEdazVXo8hA4cl-wj¦u1o4NEGk1xzGmz1eE4jCfF'
.
T self.keystore_password = u'tszxwfzd¦eomepfkc'
.
T connect(user="shop", ftp_password="tkregr¦krwshdr", timeout=30)
.
T cfg.setdefault("ldap_password", "Kilafe¦ve1270!")
.
T client = Client("ops", user_password='BUaoHHs9s8gLl/ElyiNMph¦GQDFi+qPn8RZeCT84B/aY=')
.
F parser.add_argument("--user-password", help="The secret is not set")
.
F secret_key = serializers.CharField(max_length=128)
.
T os.environ["FTP_PASSWORD"] = "j661iclo6¦rf77ltza3"
.
T os.environ["MAIL_PASSWORD"] = "XT6xu9Q4SUv5AK¦tBtzoliY8ynnlJ"
.
T cfg.setdefault("mail_password", "2ynHC2oOD6CiKi4vvoB_oR¦Zlok2lP_aGZSknLfEGFqkJ")
.
F secret_key = "hunter_example"
.
F mail_password = "insert_token_here"
.
F mail_password = getpass.getpass("Key used to sign requests: ")
.
F app_secret = "hunter_example"
.
T connect(user="shop", db_password="FYX5ZGKKB¦WP2EM7TJ4W", timeout=30)
.
T connect(user="shop", db_password="dwbgm-863q¦-763jt-5se1", timeout=30)
.
F secret_key = getpass.getpass("Key used to sign requests: ")
.
T self.user_password = u'V7F7VR7ID¦MLGNMGLYT6'
.
F parser.add_argument("--ldap-password", help="The secret is not set")
.
F ftp_password = os.environ["FTP_PASSWORD"]
.
F user_password = serializers.CharField(max_length=128)
.
T app_secret = "O2oLKav+2NF0¦pnTPixDI9mNc"
.
T cfg.setdefault("keystore_password", "sxsheo¦zusvaeh")
.
T cfg.setdefault("shared_secret", "ckdqvxhc¦lygzrwox")
.
T client = Client("ops", secret_key='As&Em¦n?_mB7')
.
T client = Client("ops", secret_key='pm29t1xb¦98xjqu28')
.
T client = Client("ops", secret_key='JTH2XCBC¦WI2DMJXI')
.
T os.environ["VAULT_TOKEN"] = "Disu¦re99+"
.
F app_secret = serializers.CharField(max_length=128)
.
T os.environ["MAIL_PASSWORD"] = "Kadup¦a1277-"
.
F secret_key = getpass.getpass("Secret of the payment service: ")
.
F parser.add_argument("--redis-password", help="Forgot your password?")
.
F redis_password = getpass.getpass("Passwords do not match: ")
.
F ftp_password = os.environ["FTP_PASSWORD"]
.
T connect(user="shop", db_password="usrp-hdme¦-muok-qwqy", timeout=30)
.
T self.ftp_password = u'7_m3PgUU5xYBaT¦c50sdTn8mfOS1J'
.
F shared_secret = getpass.getpass("Forgot your password?: ")
.
T smtp_pass = "bt9y2z¦1wozg1"
.
F ldap_password = os.environ["LDAP_PASSWORD"]
.
F ldap_password = "todo_set_me"
.
F if mysql_password == previous_mysql_password:
.
T smtp_pass = "QfiLttE/3enPRF8K¦DkjV/ZTtenrHcE+e"
.
