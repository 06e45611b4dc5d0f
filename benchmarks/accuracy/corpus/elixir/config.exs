F field :ldap_password, :string, redact: true
.
F field :user_password, :string, redact: true
.
F config :shop, mail_password: System.fetch_env!("MAIL_PASSWORD")
.
T System.put_env("VAULT_TOKEN", "zwnigg¦kowwis"); vault_token = "zwnigg¦kowwis"
.
T System.put_env("SHARED_SECRET", "wk0ii-7w1p-jp¦ml-3a6p-whwje"); shared_secret = "wk0ii-7w1p-jp¦ml-3a6p-whwje"
.
F config :shop, vault_token: System.fetch_env!("VAULT_TOKEN")
.
T config :shop, root_password: "b3b6e68dd996a68173¦d425524465d6a0e857"
.
T System.put_env("API_TOKEN", "cCj5d8M¦#z~GE1N7"); api_token = "cCj5d8M¦#z~GE1N7"
.
T System.put_env("SHARED_SECRET", "pwTnC¦YXBDl1"); shared_secret = "pwTnC¦YXBDl1"
.
T config :shop, user_password: "OA1g^#hs¦Jawex&?B7"
.
T System.put_env("VAULT_TOKEN", "689f3af6ecd7afad15ca¦7207bdb12deb268f970e"); vault_token = "689f3af6ecd7afad15ca¦7207bdb12deb268f970e"
.
T config :shop, ldap_password: "ozf2g-31x4-mr¦dl-9k0mu-ri4q"
.
F config :shop, vault_token: System.fetch_env!("VAULT_TOKEN")
.
F config :shop, user_password: System.fetch_env!("USER_PASSWORD")
.
F field :keystore_password, :string, redact: true
.
T System.put_env("LDAP_PASSWORD", "rxmzkcQlFkYdsT6C¦ZRK4OaXeGynGz4Pl"); ldap_password = "rxmzkcQlFkYdsT6C¦ZRK4OaXeGynGz4Pl"
.
T config :shop, access_token: "5AUDLKWGH6G3K¦FFKLRGTXRAONA5"
.
F field :user_password, :string, redact: true
.
T System.put_env("DB_PASSWORD", "cubdlr¦yfijmg"); db_password = "cubdlr¦yfijmg"
.
F config :shop, root_password: System.fetch_env!("ROOT_PASSWORD")
.
F config :shop, access_token: System.fetch_env!("ACCESS_TOKEN")
.
F field :mail_password, :string, redact: true
.
T config :shop, vault_token: "TFCXASWUGC7¦RWHDPK6RLPYZ"
.
T config :shop, ftp_password: "1oq12-el5v-a1¦phn-d8jf4-5yuq"
.
F field :api_token, :string, redact: true
.
T config :shop, ldap_password: "FnDrQLr¦ce+nV.9"
.
T config :shop, vault_token: "tinl-ya¦a87-rj2m"
.
T config :shop, ftp_password: "482744ca486825f87¦28763783725131f47"
.
T System.put_env("ACCESS_TOKEN", "Woxig¦ugu67!"); access_token = "Woxig¦ugu67!"
.
T config :shop, user_password: "zVUyI4a1R+Qb¦y9eWpY/Lr6Rt"
.
F field :access_token, :string, redact: true
.
T config :shop, ftp_password: "rxpsdv¦qjuxpyb"
.
F field :ldap_password, :string, redact: true
.
F field :smtp_pass, :string, redact: true
.
F field :db_password, :string, redact: true
.
T System.put_env("FTP_PASSWORD", "Rydux¦aba47#"); ftp_password = "Rydux¦aba47#"
.
F config :shop, smtp_pass: System.fetch_env!("SMTP_PASS")
.
F field :access_token, :string, redact: true
.
F config :shop, access_token: System.fetch_env!("ACCESS_TOKEN")
.
F config :shop, mail_password: System.fetch_env!("MAIL_PASSWORD")
.
F field :app_secret, :string, redact: true
.
T config :shop, smtp_pass: "pbzsk78a9¦e3wu6uwj9"
.
T System.put_env("REDIS_PASSWORD", "Toty¦xu51+"); redis_password = "Toty¦xu51+"
.
F config :shop, app_secret: System.fetch_env!("APP_SECRET")
.
T System.put_env("DB_PASSWORD", "c151r-8o¦0cb-nfwd"); db_password = "c151r-8o¦0cb-nfwd"
.
F field :mysql_password, :string, redact: true
.
T System.put_env("KEYSTORE_PASSWORD", "pty7-ce¦kfa-wx3e"); keystore_password = "pty7-ce¦kfa-wx3e"
.
F config :shop, root_password: System.fetch_env!("ROOT_PASSWORD")
.
F config :shop, api_token: System.fetch_env!("API_TOKEN")
.
F config :shop, vault_token: System.fetch_env!("VAULT_TOKEN")
.
T System.put_env("VAULT_TOKEN", "KfCSizJhlm10jYp+¦VVkliUpsWmkByuQv"); vault_token = "KfCSizJhlm10jYp+¦VVkliUpsWmkByuQv"
.
F field :secret_key, :string, redact: true
.
F config :shop, mysql_password: System.fetch_env!("MYSQL_PASSWORD")
.
T config :shop, mail_password: "Zinefo¦sy282!"
.
F config :shop, ftp_password: System.fetch_env!("FTP_PASSWORD")
.
T System.put_env("ACCESS_TOKEN", "CKR3U6KUK¦EG2URCRJR"); access_token = "CKR3U6KUK¦EG2URCRJR"
.
F field :access_token, :string, redact: true
.
T System.put_env("DB_PASSWORD", "uA5lSdyI¦ht85gx3b"); db_password = "uA5lSdyI¦ht85gx3b"
.
T config :shop, mysql_password: "Fibat¦e615_"
.
F field :secret_key, :string, redact: true
.
T config :shop, smtp_pass: "usbgsml¦jawkrgg"
.
T System.put_env("KEYSTORE_PASSWORD", "LTUPNMY7245UWA¦ZGTKC4RUN6KMK6X"); keystore_password = "LTUPNMY7245UWA¦ZGTKC4RUN6KMK6X"
.
F field :root_password, :string, redact: true
.
T System.put_env("APP_SECRET", "T2vd6AZzjARm-B¦Qq5RE4kofgFdtB"); app_secret = "T2vd6AZzjARm-B¦Qq5RE4kofgFdtB"
.
T config :shop, redis_password: "lxXe0S5bP6AUV/e7¦jdbiz91oATmpDTHE"
.
T System.put_env("VAULT_TOKEN", "j0sxjlx2xyu¦2ky6haam7c1"); vault_token = "j0sxjlx2xyu¦2ky6haam7c1"
.
T config :shop, mail_password: "UrKmUnCbwP¦K0Kr9Ged9d"
.
F config :shop, smtp_pass: System.fetch_env!("SMTP_PASS")
.
F config :shop, vault_token: System.fetch_env!("VAULT_TOKEN")
.
F config :shop, smtp_pass: System.fetch_env!("SMTP_PASS")
.
F field :redis_password, :string, redact: true
.
T config :shop, app_secret: "0c5b408decf3c5f3d6eb¦36dec367a4373d19fefa"
.
