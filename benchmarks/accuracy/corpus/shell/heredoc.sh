. cat > /etc/app/0.conf <<EOF
T db_password=H6mSMptjCV¦hENNqo4rYU
F db_password_file=/run/secrets/db_password
. EOF
. mysql <<SQL
T ALTER USER 'svc0'@'%' IDENTIFIED BY 'twM8ylw¦D!_VfBQ';
F ALTER USER 'svc0'@'%' IDENTIFIED BY '${DB_PASSWORD}';
. SQL
. cat > /etc/app/1.conf <<EOF
T smtp_password=aiZYVlF4TK¦2cj1Z7zcR3
F smtp_password_file=/run/secrets/smtp_password
. EOF
. mysql <<SQL
T ALTER USER 'svc1'@'%' IDENTIFIED BY 'x3n7Drb¦OW-+Pvo';
F ALTER USER 'svc1'@'%' IDENTIFIED BY '${SMTP_PASSWORD}';
. SQL
. cat > /etc/app/2.conf <<EOF
T admin_password=lVHNL8Nng9¦PW9myl5Bmt
F admin_password_file=/run/secrets/admin_password
. EOF
. mysql <<SQL
T ALTER USER 'svc2'@'%' IDENTIFIED BY 'xEoO#q¦3Apfd#r';
F ALTER USER 'svc2'@'%' IDENTIFIED BY '${ADMIN_PASSWORD}';
. SQL
. cat > /etc/app/3.conf <<EOF
T client_secret=zYMyW3xUog¦JcbH8xBLy3
F client_secret_file=/run/secrets/client_secret
. EOF
. mysql <<SQL
T ALTER USER 'svc3'@'%' IDENTIFIED BY 'H3YBC¦qHRcXb';
F ALTER USER 'svc3'@'%' IDENTIFIED BY '${CLIENT_SECRET}';
. SQL
. cat > /etc/app/4.conf <<EOF
T api_secret=0BmaV1Ps41¦VQsWuedhzL
F api_secret_file=/run/secrets/api_secret
. EOF
. mysql <<SQL
T ALTER USER 'svc4'@'%' IDENTIFIED BY 'ualHF0¦wwCWDdW';
F ALTER USER 'svc4'@'%' IDENTIFIED BY '${API_SECRET}';
. SQL
. cat > /etc/app/5.conf <<EOF
T signing_secret=lmrgEvrF6D¦Go9dghPFif
F signing_secret_file=/run/secrets/signing_secret
. EOF
. mysql <<SQL
T ALTER USER 'svc5'@'%' IDENTIFIED BY 'VQmT1J¦f_dRFH7';
F ALTER USER 'svc5'@'%' IDENTIFIED BY '${SIGNING_SECRET}';
. SQL
. cat > /etc/app/6.conf <<EOF
T redis_password=NBBhSHmEBF¦HRJKSOWD7R
F redis_password_file=/run/secrets/redis_password
. EOF
. mysql <<SQL
T ALTER USER 'svc6'@'%' IDENTIFIED BY 'uvNEG¦y!Qeh1';
F ALTER USER 'svc6'@'%' IDENTIFIED BY '${REDIS_PASSWORD}';
. SQL
. cat > /etc/app/7.conf <<EOF
T service_token=BA6l2O69T5¦JhEX1hdDkd
F service_token_file=/run/secrets/service_token
. EOF
. mysql <<SQL
T ALTER USER 'svc7'@'%' IDENTIFIED BY '1JH#4S¦#Uuih+-';
F ALTER USER 'svc7'@'%' IDENTIFIED BY '${SERVICE_TOKEN}';
. SQL
