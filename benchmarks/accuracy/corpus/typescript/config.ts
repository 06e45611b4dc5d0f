T const opts: Options = { redisPassword: "A7DLECE652¦KYCITNRNQYO", retries: 3 };
.
F @Input() redisPassword: RedisPasswordOptions;
.
T const mysqlPassword: string = '9fa18b91f32e2ba2¦c3b54c1fbe04edec4';
.
F   ldapPassword: FormControl<string>;
.
F   mailPassword: string;
.
T const opts: Options = { keystorePassword: "Xivas¦i8483*", retries: 3 };
.
F @Input() vaultToken: VaultTokenOptions;
.
F   secretKey: string;
.
T   rootPassword: 'EEB1PyN¦vxsvUG3' as const,
.
F @Input() vaultToken: VaultTokenOptions;
.
T   public rootPassword: string = "5780d493703a187d68c¦d5a45a88ff2523a72dc";
.
F @Input() ftpPassword: FtpPasswordOptions;
.
T   public apiToken: string = "cbdd55c9f5af43b1f453¦5e8111b9149ac2189492";
.
F @Input() ftpPassword: FtpPasswordOptions;
.
T const dbPassword: string = 'cluwcc7p2zd¦w7ubl20pzrp2';
.
F @Input() mailPassword: MailPasswordOptions;
.
T const opts: Options = { smtpPass: "aNRCAobV2nA¦DGesyCN4AzfO", retries: 3 };
.
F @Input() ldapPassword: LdapPasswordOptions;
.
F   apiToken: string;
.
F   mailPassword: FormControl<string>;
.
F const accessToken: AccessToken = await this.vault.read('access-token');
.
F   userPassword: FormControl<string>;
.
F const ftpPassword: FtpPassword = await this.vault.read('ftp-password');
.
T   sharedSecret: 'RqaIYE1¦W?gD%Gj2' as const,
.
T   public mailPassword: string = "Ruxepa¦mu506-";
.
T   mailPassword: 'EmI0CRtreA9rHGB29V¦eQAszNoviBI7tQHYVg' as const,
.
F @Input() sharedSecret: SharedSecretOptions;
.
F   apiToken: FormControl<string>;
.
T const opts: Options = { ftpPassword: "2baa0e507d66b992d252¦797a3e9d8c5ec5c205e1", retries: 3 };
.
T   apiToken: 'fLRszUCv+lxW7p8V¦WGD616AjRHv8P+gl' as const,
.
F   accessToken: FormControl<string>;
.
F const ldapPassword: LdapPassword = await this.vault.read('ldap-password');
.
T const mailPassword: string = '/ArsHwmHMDUB¦n0imo6jPAsLO';
.
T const opts: Options = { mailPassword: "Daxyke¦fe8609#", retries: 3 };
.
F const secretKey: SecretKey = await this.vault.read('secret-key');
.
T const redisPassword: string = 'NO_vu-zILOizi21MkqPcb3¦Z1WgrDDeeQcDw6p0lYMogo';
.
F const vaultToken: VaultToken = await this.vault.read('vault-token');
.
T   public keystorePassword: string = "QRbW9¦%osa!2";
.
T   userPassword: 'V7xUxf8QzPuKajWVXFPfPA¦hrZZblMsWKvb-XUg9v9XdU' as const,
.
F   mysqlPassword: string;
.
T const appSecret: string = 'xshfnbfx¦ydwxlipm';
.
T const opts: Options = { accessToken: "dYjENO¦^LWpP0", retries: 3 };
.
T   public vaultToken: string = "pevwk¦cetnxo";
.
T const accessToken: string = 'BL4436AZPC¦RPY2KA24GF';
.
F const accessToken: AccessToken = await this.vault.read('access-token');
.
T const sharedSecret: string = 'zmXPkeL8ABezWZnyBFTLW2¦8GyFdYKMw-R-53EyLvn6qn';
.
F   dbPassword: FormControl<string>;
.
T   public vaultToken: string = "OE7LIY34EMYNIXN¦H2I3DMPCPODAHVK7";
.
F const smtpPass: SmtpPass = await this.vault.read('smtp-pass');
.
T const opts: Options = { ftpPassword: "ATj6D+IRObQF¦a1bkPikg+bAs", retries: 3 };
.
F   smtpPass: string;
.
F @Input() keystorePassword: KeystorePasswordOptions;
.
F const apiToken: ApiToken = await this.vault.read('api-token');
.
F   secretKey: string;
.
T const opts: Options = { smtpPass: "O861LOPT33RO¦DrakCkEUWlIW", retries: 3 };
.
F   redisPassword: FormControl<string>;
.
F   smtpPass: FormControl<string>;
.
F   redisPassword: string;
.
F   ldapPassword: string;
.
F   ldapPassword: FormControl<string>;
.
T   public mysqlPassword: string = "wHCd/03ZjucG¦PsO+WXsVJcLi";
.
T   sharedSecret: 'zrmlxyk¦qxaiqno' as const,
.
T   appSecret: '2ah1s-sn¦ogc-cg7z' as const,
.
T   apiToken: 'dd5a79hur¦hvfn8019k8' as const,
.
T   accessToken: 'sWpQ6XPs¦*UFw5.Tz9' as const,
.
F const apiToken: ApiToken = await this.vault.read('api-token');
.
F   appSecret: string;
.
T   public rootPassword: string = "Vudili¦no474_";
.
T const vaultToken: string = 'tp403hc¦7kys0k6';
.
T   public sharedSecret: string = "QOX5QVV5ZFIN¦3OF3OQJQBGQB";
.
T const opts: Options = { redisPassword: "3VXFFQG663F6L¦TINSASIUF2F25", retries: 3 };
.
T const apiToken: string = 'fagsjwk¦wmgoxib';
.
