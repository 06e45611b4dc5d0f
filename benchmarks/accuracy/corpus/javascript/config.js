T   keystorePassword: 'Jybip¦o1764_',
.
F const ldapPasswordInput = document.querySelector('#ldap-password');
.
T   sharedSecret: 'FHH4iQyOvgByXAz8¦XOOMWOqHVPUsp9Q3',
.
T module.exports.userPassword = `2GW52RX5FR¦EHG4JYFL6R`;
.
T const ldapPassword = 'ppl58x6f0¦8hu1kgn3k6';
.
T   secretKey: 'hb^jY1¦p?m3Rf9',
.
T login({ user: 'ops', rootPassword: 'WGwX-4d¦GGjeJFw1' });
.
F const rootPasswordInput = document.querySelector('#root-password');
.
T login({ user: 'ops', smtpPass: 'Sfo5BKlyr544i0DBB3¦yDaAU4_WgwrCwc3Wdj' });
.
T login({ user: 'ops', rootPassword: 'e-vlYYJx0lxiB3rsUL¦cI1taZORwGzfBQwOYq' });
.
F if (sharedSecret !== confirmSharedSecret) return false;
.
F if (ldapPassword !== confirmLdapPassword) return false;
.
F const dbPassword = process.env.DB_PASSWORD;
.
T const accessToken = process.env.ACCESS_TOKEN || 'awuuxnq¦fdnxwpeo';
.
T const apiToken = process.env.API_TOKEN || 'yg9e2jgkr5¦6trjk46qsc1';
.
T module.exports.vaultToken = `RNJW5MMDV¦KS3VT2CVT`;
.
T const smtpPass = 'MDWX2JASCZDI¦YBAER5HNGLUE';
.
F const accessTokenInput = document.querySelector('#access-token');
.
T const sharedSecret = process.env.SHARED_SECRET || 'wnP7cOO1OG0J3TkGcZCzCs¦8IxQ8QNc8aEQWHoijLkyhs';
.
F const mysqlPassword = await fetchMysqlPassword(user.id);
.
T const apiToken = process.env.API_TOKEN || 'CPzKBtnRZZgPeSxoUnElEX¦WcfCOrbEcbak1AkwnYVUPE';
.
F if (ldapPassword !== confirmLdapPassword) return false;
.
T const mailPassword = process.env.MAIL_PASSWORD || '3q3yt6kfALPbtBrjev6¦t18VWFnaTzTK6oY7GZb';
.
F const rootPasswordInput = document.querySelector('#root-password');
.
F const sharedSecret = await fetchSharedSecret(user.id);
.
T const redisPassword = 'U3Z5Hgj1KfS4RzH1¦scgalIPogcXMgzxU';
.
T const keystorePassword = process.env.KEYSTORE_PASSWORD || 'TG2ZJ7XJ3A77¦QSNIOTMWKYZW';
.
F throw new Error('token expired or revoked');
.
F throw new Error('Enter your password');
.
F throw new Error('Forgot your password?');
.
T login({ user: 'ops', appSecret: '9piu-0s1yu¦-doy0u-pohj' });
.
F const ftpPasswordInput = document.querySelector('#ftp-password');
.
F if (sharedSecret !== confirmSharedSecret) return false;
.
T const accessToken = 'y18GD56OYtcRKuSRVW¦bWnkKL3kmccYXrLnxc';
.
T login({ user: 'ops', apiToken: 'bd03fecf40b60f696952¦9dd2f2895db6bda871fe' });
.
F const dbPassword = await fetchDbPassword(user.id);
.
T module.exports.sharedSecret = `pp1GNTr6koUvbKMwwpbmfH¦OoFeIi-OP-tLmgd1sHP7sL`;
.
F const smtpPass = await fetchSmtpPass(user.id);
.
T   secretKey: 'TwbW5KSmG0¦3yicmtOjgtG',
.
T   keystorePassword: '0dd58d737a686b25d84b¦fe6a053cd9e6c194d108',
.
F const apiTokenInput = document.querySelector('#api-token');
.
F throw new Error('Credentials are wrong');
.
F const mysqlPassword = await fetchMysqlPassword(user.id);
.
T const appSecret = 'egyyy¦fvmpxa';
.
F const secretKeyInput = document.querySelector('#secret-key');
.
F throw new Error('Invalid access token');
.
F if (sharedSecret !== confirmSharedSecret) return false;
.
F const ldapPassword = await fetchLdapPassword(user.id);
.
F const keystorePassword = process.env.KEYSTORE_PASSWORD;
.
F const accessToken = await fetchAccessToken(user.id);
.
T const ldapPassword = 'Jyvamo¦pu7873.';
.
F throw new Error('token expired or revoked');
.
T module.exports.ftpPassword = `Xl2JsavUMq2Zt6uG/kHnps¦0Fg5w51BF8xpckjRmLtHk=`;
.
F if (appSecret !== confirmAppSecret) return false;
.
T   mailPassword: '2tlv8-gy36¦-01ou4-4qk3',
.
F const vaultToken = process.env.VAULT_TOKEN;
.
T module.exports.keystorePassword = `BcY_BN7g¦_xSz4dUu5`;
.
F const mailPassword = process.env.MAIL_PASSWORD;
.
F const rootPassword = process.env.ROOT_PASSWORD;
.
F const ftpPassword = process.env.FTP_PASSWORD;
.
T const mailPassword = process.env.MAIL_PASSWORD || 'wFxjp6C/tXZnkIzVOX+iHk¦dWuLgQmPTRUOLSdZh2ViQ=';
.
T   keystorePassword: 'bNaHyK/awprx¦oMr+4/D6FOR+',
.
T module.exports.secretKey = `gi5AaEYwe9Crr¦KoH5wdfsFvvK1`;
.
F const vaultToken = process.env.VAULT_TOKEN;
.
T module.exports.userPassword = `PRCF+z¦gu7b24`;
.
F throw new Error('Secret of the payment service');
.
T const vaultToken = 'YFvCbP~¦K?*jRn0';
.
F if (vaultToken !== confirmVaultToken) return false;
.
T login({ user: 'ops', keystorePassword: 'PWfOV_E¦MjdMUh&2' });
.
F const rootPassword = process.env.ROOT_PASSWORD;
.
T login({ user: 'ops', apiToken: 'ho7od9x9wi¦di97byar05' });
.
T const vaultToken = 'wb7q-8iyww-hh¦k4b-lce0-v847';
.
