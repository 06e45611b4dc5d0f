T UPDATE app SET root_password = 'Gyba¦gi97-' WHERE id = 1;
.
T CREATE USER shop IDENTIFIED BY 'ALkVny6-DyoBTN-2yj¦znARQmLi3Lj2Rid2iE';
.
T INSERT INTO settings VALUES ('smtp_pass', '6BKPGEW64¦GOCDRCJEO');
.
F INSERT INTO labels VALUES ('keystore_password', 'Your API key');
.
T UPDATE app SET redis_password = 'tinutt¦l34c48' WHERE id = 1;
.
F INSERT INTO labels VALUES ('redis_password', 'Your API key');
.
F UPDATE users SET app_secret = ? WHERE id = ?;
.
F INSERT INTO labels VALUES ('shared_secret', 'Your API key');
.
T INSERT INTO settings VALUES ('app_secret', 'KsouXn8NLosv0+UR¦3gokmnQMqLNwZVeR');
.
F INSERT INTO labels VALUES ('shared_secret', 'Secret of the payment service');
.
F redis_password VARCHAR(128) NOT NULL,
.
T INSERT INTO settings VALUES ('mail_password', 'yvtocko¦bwdikalp');
.
F UPDATE users SET vault_token = ? WHERE id = ?;
.
T INSERT INTO settings VALUES ('user_password', 'Yz3fJmwDqjgRs8¦E94FGAzRXbKSB4');
.
F INSERT INTO labels VALUES ('ldap_password', 'token expired or revoked');
.
F vault_token VARCHAR(128) NOT NULL,
.
F UPDATE users SET api_token = ? WHERE id = ?;
.
F UPDATE users SET user_password = ? WHERE id = ?;
.
T INSERT INTO settings VALUES ('keystore_password', 's43lqdcxn¦e6j29tj05');
.
T INSERT INTO settings VALUES ('user_password', 'fgbbsyyo¦tflordgy');
.
F INSERT INTO labels VALUES ('ftp_password', 'token expired or revoked');
.
F UPDATE users SET mail_password = ? WHERE id = ?;
.
F INSERT INTO labels VALUES ('user_password', 'Choose a new token');
.
T UPDATE app SET redis_password = '2SMYYMMYRN¦CXCFI7IHGBF' WHERE id = 1;
.
F mail_password VARCHAR(128) NOT NULL,
.
F UPDATE users SET ldap_password = ? WHERE id = ?;
.
F mysql_password VARCHAR(128) NOT NULL,
.
T INSERT INTO settings VALUES ('keystore_password', 'c6cy5-b5n0¦6-llbk-n8dl');
.
T INSERT INTO settings VALUES ('root_password', 'pathj-dr¦tqn-5gky');
.
F ftp_password VARCHAR(128) NOT NULL,
.
T CREATE USER shop IDENTIFIED BY '7za9y3keum¦t3opkod9az5';
.
F INSERT INTO labels VALUES ('shared_secret', 'Key used to sign requests');
.
T INSERT INTO settings VALUES ('shared_secret', 'Nozini¦by531+');
.
F UPDATE users SET secret_key = ? WHERE id = ?;
.
T UPDATE app SET smtp_pass = '47453fd3bc312f97d3¦3784c66381efa3807ac' WHERE id = 1;
.
T CREATE USER shop IDENTIFIED BY '87393339c2cd7a020fdf¦d00857c73394130d1b26';
.
F smtp_pass VARCHAR(128) NOT NULL,
.
F INSERT INTO labels VALUES ('user_password', 'Password must have 12 characters');
.
T CREATE USER shop IDENTIFIED BY '017ebc30f8a9878d9dd9¦8eef48ee2e1b0cf44aa2';
.
T CREATE USER shop IDENTIFIED BY 'Sypa¦wy48_';
.
T CREATE USER shop IDENTIFIED BY 'pj32XG9i¦%iKStJ!j1';
.
T CREATE USER shop IDENTIFIED BY '8g7li-2q4qa-y¦fgq-g6af-o59cc';
.
T CREATE USER shop IDENTIFIED BY 'lLNCv#l7¦m!.jiQV3';
.
T UPDATE app SET shared_secret = '6xwlV2HGc1L+qoWitgdTZN¦RzqOQAQR2mNO7u6pfKwp4=' WHERE id = 1;
.
F INSERT INTO labels VALUES ('secret_key', 'Passwords do not match');
.
T UPDATE app SET redis_password = 'vnP+qheO¦XA0TFx23' WHERE id = 1;
.
F UPDATE users SET root_password = ? WHERE id = ?;
.
F root_password VARCHAR(128) NOT NULL,
.
F app_secret VARCHAR(128) NOT NULL,
.
T UPDATE app SET db_password = 'lteoe¦ldakdr' WHERE id = 1;
.
T UPDATE app SET ldap_password = 'rgrf-4l6qz-es¦8te-jr4u-r5xu' WHERE id = 1;
.
F UPDATE users SET vault_token = ? WHERE id = ?;
.
F mail_password VARCHAR(128) NOT NULL,
.
T CREATE USER shop IDENTIFIED BY 'yyjsaqqf¦crejhutc';
.
T INSERT INTO settings VALUES ('mysql_password', 'PcXFzsyi213pHx¦P19Ubb1u_mSBvt');
.
T INSERT INTO settings VALUES ('keystore_password', '8mq1wy9xkc4¦zazytx8sgue5');
.
F mysql_password VARCHAR(128) NOT NULL,
.
T CREATE USER shop IDENTIFIED BY 'ux6n4-9lkh¦-9k45-ivck';
.
T CREATE USER shop IDENTIFIED BY '47e5x¦uu5cm8';
.
F INSERT INTO labels VALUES ('keystore_password', 'Passwords do not match');
.
F UPDATE users SET keystore_password = ? WHERE id = ?;
.
F ftp_password VARCHAR(128) NOT NULL,
.
T INSERT INTO settings VALUES ('redis_password', 'dWbsdy7g9BbqZ11rms¦YtQEu17SdptQYt4Dzc');
.
F keystore_password VARCHAR(128) NOT NULL,
.
T UPDATE app SET ftp_password = 'DheCNMXbm0CT11TV¦hHK9LHIB8Pvez229' WHERE id = 1;
.
T UPDATE app SET keystore_password = 'Salobi¦so3547!' WHERE id = 1;
.
F UPDATE users SET redis_password = ? WHERE id = ?;
.
T UPDATE app SET ftp_password = 'Gixox¦e9580#' WHERE id = 1;
.
F INSERT INTO labels VALUES ('app_secret', 'Your API key');
.
T CREATE USER shop IDENTIFIED BY '8730f5f9e3a861c3f71¦1c405ce1e5f532f9f23f';
.
T UPDATE app SET mail_password = '7abbb39e0577888f364b¦089e6b8e5166ad129971' WHERE id = 1;
.
F UPDATE users SET redis_password = ? WHERE id = ?;
.
