T KEYSTORE_PASSWORD='2RcpLqPUYIbcM5dKXb¦mFqdaArskWplNcBYfF' ./run.sh
.
T mytool -u ops --mysql-password 'grURLs1jK4pDh3rDIu¦L4m86qbFROMhZuqRr5'
.
T mytool -u ops --ftp-password 'dzliijnl¦mgezxjrm'
.
F curl -H "Authorization: Bearer $TOKEN" "$url"
.
T DB_PASSWORD=T5KT7OR22RIO¦YM2YNQFXZJAYS
.
T APP_SECRET=z72fj¦zvgo98
.
F MAIL_PASSWORD="$1"
.
T curl -H "Authorization: Bearer Fusin¦u5541-" https://api.acme.dev/v1
.
T local mail_password="a7910-c8kpj¦-fdh84-01ju"
.
F curl -H "Authorization: Bearer $TOKEN" "$url"
.
F read -rs -p "Passwords do not match: " SHARED_SECRET
.
T local mysql_password="zjqilj¦mavlxjs"
.
F read -rs -p "The secret is not set: " SMTP_PASS
.
T curl -H "Authorization: Bearer ktGc5v¦yfN!@9" https://api.acme.dev/v1
.
F read -rs -p "Passwords do not match: " MYSQL_PASSWORD
.
T local app_secret="MYiYJ/J3+swhrGqo¦e3iJaZ7nu2CupoQZ"
.
T local vault_token="SDKwFtK1d6g¦MmosiYWRCuYm"
.
T mytool -u ops --app-secret 'zoxop¦wysbm'
.
F export VAULT_TOKEN="${VAULT_TOKEN:?Password must have 12 characters}"
.
F export VAULT_TOKEN="${VAULT_TOKEN:?Invalid access token}"
.
F LDAP_PASSWORD_FILE=/run/secrets/ldap-password
.
F curl -H "Authorization: Bearer $TOKEN" "$url"
.
F SECRET_KEY="$1"
.
F DB_PASSWORD="$1"
.
F read -rs -p "Secret of the payment service: " SMTP_PASS
.
T USER_PASSWORD=y4UoLB2sXFEskb¦ajyJ7u3gYFZtc3
.
F LDAP_PASSWORD_FILE=/run/secrets/ldap-password
.
T local user_password="nrfkfxc¦exrwwxk"
.
F curl -H "Authorization: Bearer $TOKEN" "$url"
.
T MYSQL_PASSWORD=rvbwz¦ecghjy
.
T mytool -u ops --api-token 'OeVAQW?iF¦qg1mxFgO6'
.
T mytool -u ops --secret-key '8311d510138bd82232b¦a836bbc9a77c747bfcf'
.
T KEYSTORE_PASSWORD=RkBzUTrWK6i_gmfQ3s¦C15NOKnl09v_nm_uan
.
T ACCESS_TOKEN='Wavow¦u663!' ./run.sh
.
T SHARED_SECRET='bdwzfdmi¦slvwqilg' ./run.sh
.
F curl -H "Authorization: Bearer $TOKEN" "$url"
.
F curl -H "Authorization: Bearer $TOKEN" "$url"
.
F REDIS_PASSWORD="$1"
.
T FTP_PASSWORD=1yd7-al¦vr6-lkh3
.
F ROOT_PASSWORD_FILE=/run/secrets/root-password
.
F APP_SECRET_FILE=/run/secrets/app-secret
.
F export REDIS_PASSWORD="${REDIS_PASSWORD:?Passwords do not match}"
.
T VAULT_TOKEN=DPyVdPdiJEytQtNy2¦WrPmkqrvvR1wxENbI
.
F curl -H "Authorization: Bearer $TOKEN" "$url"
.
T mytool -u ops --api-token 'FZfSc_XHTVDi65¦X-KFZ1MsNTD0B0'
.
T local mysql_password="kv6wu1a12yy8¦yrh4kdg1d6p18"
.
F export ACCESS_TOKEN="${ACCESS_TOKEN:?Key used to sign requests}"
.
F export SMTP_PASS="${SMTP_PASS:?Choose a new token}"
.
F read -rs -p "token expired or revoked: " FTP_PASSWORD
.
F LDAP_PASSWORD="$1"
.
T curl -H "Authorization: Bearer c2fe496c0ab470bcac¦ecc8496240be205271" https://api.acme.dev/v1
.
F export USER_PASSWORD="${USER_PASSWORD:?Credentials are wrong}"
.
T VAULT_TOKEN='gdzj-kq¦ym-5pfok' ./run.sh
.
T curl -H "Authorization: Bearer sXMSnMYt6rKOFGyiOFmDT6¦AttCmziDQPVEDpDIwbpG4=" https://api.acme.dev/v1
.
F APP_SECRET_FILE=/run/secrets/app-secret
.
F FTP_PASSWORD_FILE=/run/secrets/ftp-password
.
F API_TOKEN="$1"
.
T SHARED_SECRET='AasDdwPg90VsiBPaPmGu-c¦Jr_BhwMdRMLJRa6Ol-Etq0' ./run.sh
.
F SHARED_SECRET="$1"
.
T mytool -u ops --shared-secret 'e6lPsHm7JNwfEB¦DSoShjwAKQEk9A'
.
T FTP_PASSWORD=wgVq@¦hkp97
.
F KEYSTORE_PASSWORD_FILE=/run/secrets/keystore-password
.
T curl -H "Authorization: Bearer Voru¦ke29-" https://api.acme.dev/v1
.
F export SMTP_PASS="${SMTP_PASS:?Credentials are wrong}"
.
F export KEYSTORE_PASSWORD="${KEYSTORE_PASSWORD:?Choose a new token}"
.
F read -rs -p "Passwords do not match: " VAULT_TOKEN
.
T FTP_PASSWORD='KinVciICClizdqGsHGJ1vH¦FRSOxZtRAmH-X11Oy7EssJ' ./run.sh
.
T curl -H "Authorization: Bearer irID8~d¦fw3a3c6" https://api.acme.dev/v1
.
T curl -H "Authorization: Bearer 08ab44e09c0f6d222¦06b06fdccfc6226e68" https://api.acme.dev/v1
.
F read -rs -p "token expired or revoked: " SMTP_PASS
.
T local db_password="VR6AAPXA7T3I¦N5QN3VXG2AJ2"
.
T SMTP_PASS='q146d-lfojo¦-03k28-5aai8' ./run.sh
.
