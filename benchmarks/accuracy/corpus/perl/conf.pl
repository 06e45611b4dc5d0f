F die "The secret is not set";
.
F die "The secret is not set";
.
T my $keystore_password = 'dh50g-txnsj¦-ywreo-cgmn';
.
T $ENV{FTP_PASSWORD} = "w8/Zac97j+HDzYZQlhXkEh¦LixYgfKCPTLB1vG4X+2vw=";
.
T $ENV{MAIL_PASSWORD} = "urCVzS3yfpTHM¦IKFiMjvHDYOXH";
.
F die "Key used to sign requests";
.
T $ENV{USER_PASSWORD} = "Neruve¦ja3065-";
.
T $ENV{FTP_PASSWORD} = "8a6pn-dkhi¦-l5atz-kqky";
.
F my $redis_password = $ENV{REDIS_PASSWORD};
.
T $ENV{MYSQL_PASSWORD} = "Ponyka¦xa089_";
.
T my $mail_password = 'Zxvsl¦U5DQr3';
.
F my $smtp_pass = $ENV{SMTP_PASS};
.
T my $access_token = 'cMBudmks¦K@F?6-O7';
.
F die "Your API key";
.
T $ENV{ACCESS_TOKEN} = "Taxog¦a2062#";
.
T $ENV{MYSQL_PASSWORD} = "PccuMuz5L1aad7T¦5R2CxMZSac5rOZn3";
.
T my $user_password = 'jaZgCT9aefOdEnxHV5¦JTsv6JNFa7hoWknLt9u';
.
T my $ftp_password = 'vw2mydVlHE7b¦+AwYKDIaZqKt';
.
F my $shared_secret = $ENV{SHARED_SECRET};
.
F my $api_token = $ENV{API_TOKEN};
.
T $ENV{USER_PASSWORD} = "3Vc5WEd4gFRS2j¦EzwcPnhhE68qIBJ";
.
T $ENV{API_TOKEN} = "h4ukd-r7¦hl-se440";
.
F my $mail_password = $ENV{MAIL_PASSWORD};
.
F die "The secret is not set";
.
F die "Secret of the payment service";
.
T my $user_password = 'be2628138521a81c5¦6a5daca0d2cce9a7f1';
.
F my $app_secret = $ENV{APP_SECRET};
.
T $ENV{SECRET_KEY} = "ef1SFBJw8L4sHA0k¦76sIizE/VMsmiCRE";
.
T my $api_token = 'bSSrKQG~¦oj@hIf?O8';
.
T my $ldap_password = '7h5sdrxfwt2¦z4fk14gfa13';
.
F my $keystore_password = $ENV{KEYSTORE_PASSWORD};
.
F my $smtp_pass = $ENV{SMTP_PASS};
.
T my $secret_key = 'ca33f02bc1dc08ef43a¦9c44d66003e0ef8b9108';
.
F my $secret_key = $ENV{SECRET_KEY};
.
F die "Choose a new token";
.
F die "Your API key";
.
F die "Passwords do not match";
.
T $ENV{VAULT_TOKEN} = "BRZ7V6IIXJKVFJC¦K5MZZ3L2NYFD2C7";
.
T $ENV{SMTP_PASS} = "p64w-7hm2f-58¦ag-8flbd-g46n";
.
T $ENV{VAULT_TOKEN} = "tx9fmomi9¦q0lvbqq2i3";
.
T $ENV{USER_PASSWORD} = "lem097f4¦86ca2yac2";
.
F die "Invalid access token";
.
F my $keystore_password = $ENV{KEYSTORE_PASSWORD};
.
F die "Invalid access token";
.
T $ENV{KEYSTORE_PASSWORD} = "cqs4-myyf-2ru¦mq-8m8vm-4165";
.
F my $keystore_password = $ENV{KEYSTORE_PASSWORD};
.
T my $secret_key = 'Xuwy¦bi26*';
.
T my $mysql_password = 'HsCwSg0mGG6hJffE¦1aOeYAHA0mp/uNsj';
.
F my $user_password = $ENV{USER_PASSWORD};
.
F die "Your API key";
.
F my $db_password = $ENV{DB_PASSWORD};
.
F die "Enter your password";
.
T my $api_token = 'trzxwd8A¦@5SzQnH2';
.
T my $ftp_password = 'eez19na8di¦mthwo8ufif3';
.
F my $redis_password = $ENV{REDIS_PASSWORD};
.
T my $access_token = 'd4abfd02c8a134241¦18c1c0c426669b84c';
.
F die "Secret of the payment service";
.
F my $vault_token = $ENV{VAULT_TOKEN};
.
T $ENV{MYSQL_PASSWORD} = "AlAF9qGXcI13j/NOoAL7sG¦DWD47IzPZ6q9ZKQ6z8yzk=";
.
T my $app_secret = '2mqji-c751-¦3ehcx-zsx7p';
.
T $ENV{SECRET_KEY} = "Wylopy¦bu289#";
.
T my $ftp_password = 'cN3L1Be-Xp-M5IaybFar8G¦U1tXFKk3M31iEhHdkuXsdk';
.
F die "Invalid access token";
.
T $ENV{SMTP_PASS} = "BRVZW5IO2O¦2DCDVQTSLUV";
.
F my $keystore_password = $ENV{KEYSTORE_PASSWORD};
.
F my $access_token = $ENV{ACCESS_TOKEN};
.
F my $api_token = $ENV{API_TOKEN};
.
T my $access_token = 'HT5nc¦ZUJt6';
.
F die "Enter your password";
.
T my $app_secret = 'Wirug¦i4693+';
.
F die "Your API key";
.
F die "Your API key";
.
