F   mysql_password: params[:mysql_password],
.
T ENV['USER_PASSWORD'] = 'Xelel¦yky59!'
.
T Client.new(access_token: "Hw3w3D60lEQtRZVO¦xSXqX0MP94pMe8B7K")
.
T config.db_password = 'SVL10~_¦KjPR%2q0'
.
T access_token = "KBZDM6UU235¦EEIJPWJNGFE"
.
F user_password = ENV['USER_PASSWORD']
.
T config.vault_token = 'evdklrgg¦lqwioizw'
.
F smtp_pass = ENV['SMTP_PASS']
.
T Client.new(vault_token: "dzltt¦ivjzd")
.
F   ftp_password: 'local_dev_password',
.
F raise ArgumentError, "Credentials are wrong" if access_token.nil?
.
F raise ArgumentError, "Your API key" if ftp_password.nil?
.
T user_password = "YWM67MJJDLQB6FT5¦DEIV43YDR4TDK3AD"
.
T db_password = "xz/TOeI/uCE8ciwg¦j3SBNu1oWZ25zNLz"
.
T ENV['ACCESS_TOKEN'] = 'P6DP24He4¦ef0yBGFrCM'
.
F secret_key = ENV['SECRET_KEY']
.
T ENV['USER_PASSWORD'] = '430RkfDmPQ9uIAkrvI¦5gwXDnYKXJbRYK3GN-'
.
F   redis_password: params[:redis_password],
.
F raise ArgumentError, "Secret of the payment service" if ldap_password.nil?
.
T mail_password = "gjvv-bbss-3ga¦u0-wkgt-1dhuq"
.
F raise ArgumentError, "Password must have 12 characters" if access_token.nil?
.
F   smtp_pass: 'my-secret-value',
.
T config.vault_token = 'eb0428a44869770f2¦732f603d488baafc22'
.
T ENV['MAIL_PASSWORD'] = 'EF6JRZJ7X¦PHVT74HBJ'
.
T Client.new(db_password: "Ziryfe¦py182!")
.
T Client.new(ldap_password: "miprq¦uxkkn")
.
T config.ldap_password = 'pjgr-oc¦fv-x5z6x'
.
T ENV['SECRET_KEY'] = 'O7GJqmEknjET¦jAxadLNc7SO9'
.
T ENV['ROOT_PASSWORD'] = 'j12d-cgzn-lhn¦qw-t60t-tjno8'
.
F   mysql_password: params[:mysql_password],
.
F raise ArgumentError, "token expired or revoked" if vault_token.nil?
.
T user_password = "490ozl28¦qd0wj4f9"
.
F   app_secret: 'dummy',
.
T config.smtp_pass = 'V6G56YJDT3¦VVMGSB5G6HZ'
.
F   app_secret: 'my-secret-value',
.
F   redis_password: 'bearer_token_name',
.
T mysql_password = "0c847cb0d027f3f30b7f¦cf55a2717354e9514c05"
.
F   user_password: 'todo_set_me',
.
T root_password = "wvbp8-7c¦q5-c255v"
.
F   mysql_password: params[:mysql_password],
.
F   db_password: 'insert_token_here',
.
T Client.new(ldap_password: "84c2c12db970bcb8ca¦a0986a58f7589780c7b")
.
F db_password = ENV['DB_PASSWORD']
.
F   secret_key: params[:secret_key],
.
T config.api_token = 'Murep¦a0011!'
.
F access_token = ENV['ACCESS_TOKEN']
.
T Client.new(access_token: "N26yJ40FVPcf3hG¦D6rpciD570wgDvHS")
.
F raise ArgumentError, "Passwords do not match" if db_password.nil?
.
F   secret_key: params[:secret_key],
.
F access_token = ENV['ACCESS_TOKEN']
.
F smtp_pass = ENV['SMTP_PASS']
.
F   app_secret: 'dummy',
.
T app_secret = "mowye¦mrubj"
.
T config.db_password = 'Karyr¦a8360+'
.
T config.shared_secret = 'njyifoif¦lvhtchkv'
.
F   keystore_password: params[:keystore_password],
.
T ENV['SHARED_SECRET'] = 'YQaSSAlnQvkVTbco04¦uK0WfYAYRajGMRvptj'
.
T mail_password = "00sit¦zcrkx7"
.
T Client.new(mail_password: "Zudopi¦ge365.")
.
F   access_token: 'default_password',
.
F raise ArgumentError, "Secret of the payment service" if app_secret.nil?
.
F mysql_password = ENV['MYSQL_PASSWORD']
.
F user_password = ENV['USER_PASSWORD']
.
F raise ArgumentError, "The secret is not set" if user_password.nil?
.
F   mysql_password: params[:mysql_password],
.
T ENV['API_TOKEN'] = '_p7nnTpht1A2XjvfrA_mIU¦oe_MwNNDEb5KAabcVo4nxq'
.
T Client.new(root_password: "PVm*!Yg¦xiVfMtP0")
.
F   mysql_password: params[:mysql_password],
.
F raise ArgumentError, "Password must have 12 characters" if shared_secret.nil?
.
T ENV['REDIS_PASSWORD'] = 'H5KRXVQD7IRV5F¦P6DGI3ZJCEVB2PA'
.
T Client.new(shared_secret: "shbaneu¦zogaylw")
.
T config.access_token = 'upyndm¦pgodoul'
.
