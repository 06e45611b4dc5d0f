//! What looks like a credential and is none: nothing of it is reported unless somebody asks for what is merely possible.

/// Name, path, text.
pub(crate) const TEXTS: &[(&str, &str, &str)] = &[
    (
        "identifier",
        "auth.js",
        "const passwordField = document.getElementById(\"user-password-input\");\n",
    ),
    ("identifier as a value", "auth.py", "password_key = \"account_password_confirmation\"\n"),
    ("dotted name", "App.java", "String secretKey = config.security.jwtSecretKeyName;\n"),
    ("call", "main.go", "\ttoken := generateTokenForUser2(ctx, user.ID)\n"),
    ("index", "main.py", "api_key = settings[\"services\"][\"primary\"][\"api_key_2\"]\n"),
    (
        "hash behind a hash's name",
        "app.py",
        "secret_sha256 = \"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\"\n",
    ),
    ("hash of a commit", "deploy.yml", "  commit: 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n"),
    (
        "digest of an image",
        "compose.yml",
        "    image: shop@sha256:7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26\n",
    ),
    (
        "checksum file",
        "SHA256SUMS",
        "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26  token-secret.tar.gz\n",
    ),
    (
        "UUID",
        "settings.json",
        "{\"token_id\": \"3f2504e0-4f89-41d3-9a0c-0305e82c3301\", \"secret\": \"6ba7b810-9dad-11d1-80b4-00c04fd430c8\"}\n",
    ),
    (
        "lock file of npm",
        "package-lock.json",
        "\"token-types\": {\"version\": \"5.0.1\", \"integrity\": \"sha512-Y29udGVudCBvZiBhIGxvY2sgZmlsZSB0aGF0IGlzIG5vIHNlY3JldCBhdCBhbGwu\"}\n",
    ),
    (
        "lock file of Yarn",
        "yarn.lock",
        "secret-keys@^2.1.0:\n  version \"2.1.0\"\n  resolved \"https://registry.office.internal/secret-keys/-/secret-keys-2.1.0.tgz#2c3f7a1b9d8e4f6a5b0c1d2e3f4a5b6c7d8e9f0a\"\n",
    ),
    (
        "lock file of Cargo",
        "Cargo.lock",
        "name = \"secrecy\"\nversion = \"0.10.3\"\nchecksum = \"e891af845473308773346dc847b2c23ee78fe442e0472ac50e22a18a93d3ae5a\"\n",
    ),
    (
        "lock file of Go",
        "go.sum",
        "github.com/zalando/go-keyring v0.2.5 h1:Bc2HHpjALryKD62ppdEzaFG6VxL6Bc+5v0LYpN8Lba8=\n",
    ),
    (
        "minified code",
        "app.min.js",
        "!function(e){var t={token:1048576,key:n.key,password:e.password,secretKey:r(42)};return t.token===e.tok||t.apiKey!=i}(window);\n",
    ),
    (
        "minified table",
        "parser.js",
        "var S={eof:0,token:134217728,tokenMask:7340032,keyword:16777216,secret:5e3,api_key:1e9};\n",
    ),
    (
        "localisation",
        "locales/de.json",
        "{\"password\": \"Passwort\", \"forgot_password\": \"Passwort vergessen?\", \"api_token\": \"API-Schlüssel anzeigen\"}\n",
    ),
    (
        "localisation, properties",
        "messages_fr.properties",
        "login.password=Mot de passe\nlogin.token.label=Jeton d'accès personnel\n",
    ),
    (
        "localisation, gettext",
        "de.po",
        "msgid \"Enter your secret key\"\nmsgstr \"Geben Sie Ihren geheimen Schlüssel ein\"\n",
    ),
    (
        "test vector",
        "crypto/testvectors.json",
        "{\"key\": \"000102030405060708090a0b0c0d0e0f\", \"iv\": \"101112131415161718191a1b1c1d1e1f\", \"plaintext\": \"6bc1bee22e409f96e93d7e117393172a\"}\n",
    ),
    (
        "placeholder of documentation",
        "README.md",
        "export API_TOKEN=<your-api-token>\nPASSWORD=your_password_here\napi_key: YOUR_API_KEY\n",
    ),
    (
        "placeholder, dots",
        "README.md",
        "    client_secret = \"...\"\n    token = \"xxxxxxxx-xxxx-xxxx\"\n",
    ),
    ("sample of documentation", "README.md", "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\n"),
    (
        "template, shell",
        "deploy.sh",
        "curl -H \"Authorization: Bearer ${TOKEN}\" -u \"$USER:$PASSWORD\" https://shop.office.internal\n",
    ),
    (
        "template, Jinja",
        "secret.yaml.j2",
        "password: {{ db_password }}\ntoken: {{ lookup('vault', 'token') }}\n",
    ),
    ("template, GitHub Actions", "ci.yml", "  token: ${{ secrets.GITHUB_TOKEN }}\n"),
    ("template, ERB", "database.yml", "  password: <%= ENV['DB_PASSWORD'] %>\n"),
    (
        "type, TypeScript",
        "types.ts",
        "interface Auth { password: string; token?: AccessTokenResponse; apiKey: string | undefined }\n",
    ),
    (
        "type, Rust",
        "lib.rs",
        "pub struct Login { pub password: SecretString, pub token: Option<AccessToken> }\n",
    ),
    (
        "type, Go",
        "types.go",
        "type Login struct {\n\tPassword SecretValue `json:\"password\"`\n\tAPIKey   *APIKeyReference\n}\n",
    ),
    (
        "type, Kotlin",
        "Login.kt",
        "data class Login(val password: CharArray, val accessToken: AccessTokenEntity)\n",
    ),
    ("schema", "schema.graphql", "type Session { token: String! secretKey: EncryptedString2! }\n"),
    (
        "column",
        "schema.sql",
        "CREATE TABLE users (password VARCHAR(255) NOT NULL, api_token CHAR(64), secret_key TEXT);\n",
    ),
    (
        "public key",
        "id.pub",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJd1s7zq0Zk8M3v5Qe2YtR6uWxA9nB4cD5fG7hJ1kL2m me@office\n",
    ),
    (
        "public key, PEM",
        "key.pem",
        "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt\n6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==\n-----END PUBLIC KEY-----\n",
    ),
    (
        "certificate",
        "ca.pem",
        "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUQ2VydGlmaWNhdGUgb2YgYSB0ZXN0MAoGCCqGSM49BAMC\nMBExDzANBgNVBAMMBm9mZmljZTAeFw0yNDAxMDEwMDAwMDBaFw0zNDAxMDEwMDAw\n-----END CERTIFICATE-----\n",
    ),
    (
        "public key of a service",
        "config.js",
        "const stripe = Stripe(publishableKey); const jwk = {kty: 'EC', crv: 'P-256', x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU', y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0'};\n",
    ),
    (
        "comparison",
        "check.js",
        "if (token === \"bearer-token-type\" || password !== confirmPassword) {}\n",
    ),
    (
        "message",
        "errors.py",
        "raise ValueError(\"password: must have at least 12 characters and one digit\")\n",
    ),
    ("assembly", "entry.S", "\tasm volatile(\"movq %rax, %cr3\\n\" \"jmp 1f\\n\" \"1: ret\");\n"),
    (
        "prose in parts",
        "help.c",
        "puts(\"Enter the password of the account, or\" \" the token2 that you were given\");\n",
    ),
    (
        "paths",
        "nginx.conf",
        "ssl_certificate_key /etc/nginx/private/shop-key-2024.pem;\nsecret_file: /run/secrets/db_password_1\n",
    ),
    (
        "regex",
        "lint.js",
        "const TOKEN = /^[A-Za-z0-9_-]{20,40}$/; const secretPattern = 'sk_[0-9a-f]{32}';\n", // gitleaks:allow
    ),
    ("CSS", "login.css", ".password-input::placeholder{content:'••••••••';color:#6c757d}\n"),
    (
        "badge",
        "README.md",
        "[cover]: https://ci.office.internal/shop/branch/master/graph/badge.svg?token=mDP3mQJNnn\n",
    ),
    ("page token", "client.go", "\treq.PageToken = \"CAISEDAxMjM0NTY3ODlhYmNkZWY\"\n"),
];
