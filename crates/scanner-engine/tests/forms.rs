//! The forms in which files write generic credentials, one secret and one hard stand-in each: the first is found, whole and
//! likely, and the second is not reported.

use scanner_core::{Chunk, Confidence, FileId};
use scanner_engine::{Engine, EngineOptions, ObjectFacts, ScanScratch};
use scanner_rules::builtin;

/// A form: name, path, text with `{v}`, and the same form around something that is no secret.
type Form = (&'static str, &'static str, &'static str, &'static str);

const FORMS: &[Form] = &[
    (
        "a bracket, the value on the next line",
        "settings.py",
        "DB_PASSWORD = (\n    \"{v}\"\n)\n",
        "DB_PASSWORD = (\n    get_password(\"shop\")\n)\n",
    ),
    (
        "a call, the value on the next line",
        "main.go",
        "\tDbPassword: strings.TrimSpace(\n\t\t\"{v}\",\n\t),\n",
        "\tDbPassword: strings.TrimSpace(\n\t\tos.Getenv(\"DB_PASSWORD\"),\n\t),\n",
    ),
    (
        "a setter, the value on the next line",
        "Config.java",
        "config.setUser(\"shop\");\nconfig.setPassword(\n        \"{v}\");\n",
        "config.setPassword(\n        env.getProperty(\"db.password\"));\n",
    ),
    (
        "a backslash, the value on the next line",
        "settings.py",
        "DB_PASSWORD = \\\n    \"{v}\"\n",
        "DB_PASSWORD = \\\n    \"your-password-here\"\n",
    ),
    (
        "an operator, the value on the next line",
        "Config.java",
        "private static final String DB_PASSWORD =\n        \"{v}\";\n",
        "private static final String DB_PASSWORD_KEY =\n        \"spring.datasource.password\";\n",
    ),
    (
        "a pair in YAML",
        "deploy.yaml",
        "env:\n  - name: DB_PASSWORD\n    value: {v}\n  - name: DEBUG\n    value: \"1\"\n",
        "env:\n  - name: DB_PASSWORD\n    valueFrom:\n      secretKeyRef:\n        name: db\n        key: password\n",
    ),
    (
        "a quoted pair in YAML",
        "deploy.yaml",
        "env:\n  - name: DB_PASSWORD\n    value: \"{v}\"\n",
        "env:\n  - name: DB_PASSWORD\n    value: $(DB_PASSWORD)\n",
    ),
    (
        "a pair in JSON, one line",
        "task.json",
        "{\"environment\": [{\"name\": \"DB_PASSWORD\", \"value\": \"{v}\"}]}\n",
        "{\"environment\": [{\"name\": \"DB_PASSWORD\", \"value\": \"${DB_PASSWORD}\"}]}\n",
    ),
    (
        "a pair in JSON, two lines",
        "task.json",
        "{\n  \"name\": \"DB_PASSWORD\",\n  \"value\": \"{v}\"\n}\n",
        "{\n  \"name\": \"DB_PASSWORD\",\n  \"valueFrom\": \"arn:aws:ssm:eu-west-1:1:parameter/db-password\"\n}\n",
    ),
    (
        "environment of docker-compose, list",
        "docker-compose.yml",
        "services:\n  db:\n    environment:\n      - POSTGRES_PASSWORD={v}\n",
        "services:\n  db:\n    environment:\n      - POSTGRES_PASSWORD=${POSTGRES_PASSWORD:?missing}\n",
    ),
    (
        "environment of docker-compose, map",
        "docker-compose.yml",
        "services:\n  db:\n    environment:\n      POSTGRES_PASSWORD: '{v}'\n",
        "services:\n  db:\n    environment:\n      POSTGRES_PASSWORD_FILE: /run/secrets/db-password\n",
    ),
    (
        "GitHub Actions",
        ".github/workflows/ci.yml",
        "    env:\n      API_TOKEN: {v}\n",
        "    env:\n      API_TOKEN: ${{ secrets.API_TOKEN }}\n",
    ),
    (
        "Helm values",
        "values.yaml",
        "auth:\n  rootPassword: \"{v}\"\n",
        "auth:\n  rootPassword: \"{{ .Values.global.rootPassword }}\"\n",
    ),
    (
        "property list",
        "Info.plist",
        "<dict>\n  <key>password</key>\n  <string>{v}</string>\n</dict>\n",
        "<dict>\n  <key>password</key>\n  <string>$(DB_PASSWORD)</string>\n</dict>\n",
    ),
    (
        ".NET settings",
        "web.config",
        "<appSettings>\n  <add key=\"DbPassword\" value=\"{v}\" />\n</appSettings>\n",
        "<appSettings>\n  <add key=\"DbPasswordHeader\" value=\"X-Db-Password\" />\n</appSettings>\n",
    ),
    (
        "property in XML",
        "beans.xml",
        "<bean>\n  <property name=\"password\" value=\"{v}\"/>\n</bean>\n",
        "<bean>\n  <property name=\"password\" value=\"${jdbc.password}\"/>\n</bean>\n",
    ),
    (
        "connection string",
        "web.config",
        "connectionString=\"Server=db.office.internal;Database=shop;User Id=app;Password={v};\"\n",
        "connectionString=\"Server=db.office.internal;Database=shop;User Id=app;Password=#{DbPassword};\"\n",
    ),
    (
        "cookie",
        "requests.http",
        "GET /orders HTTP/1.1\nCookie: theme=dark; auth_token={v}; lang=en\n",
        "GET /orders HTTP/1.1\nCookie: theme=dark; auth_token=deleted; lang=en\n",
    ),
    (
        "set a cookie",
        "requests.http",
        "HTTP/1.1 200 OK\nSet-Cookie: session_token={v}; Path=/; HttpOnly\n",
        "HTTP/1.1 200 OK\nSet-Cookie: session_token=; Path=/; Max-Age=0\n",
    ),
    (
        "bearer header",
        "requests.http",
        "GET /orders HTTP/1.1\nAuthorization: Bearer {v}\n",
        "GET /orders HTTP/1.1\nAuthorization: Bearer {{access_token}}\n",
    ),
    (
        "header with a key",
        "client.sh",
        "curl -H 'X-Api-Key: {v}' https://shop.office.internal/orders\n",
        "curl -H \"X-Api-Key: $SHOP_KEY\" https://shop.office.internal/orders\n",
    ),
    (
        "flag on the next line",
        "deploy.sh",
        "mysqldump --user shop \\\n  --password \\\n  {v} \\\n  shop\n",
        "mysqldump --user shop \\\n  --password \\\n  \"$DB_PASSWORD\" \\\n  shop\n",
    ),
    (
        "arguments as a list",
        "pod.yaml",
        "args: [\"--user\", \"shop\", \"--password\", \"{v}\"]\n",
        "args: [\"--user\", \"shop\", \"--password\", \"$(DB_PASSWORD)\"]\n",
    ),
    (
        "arguments as lines",
        "pod.yaml",
        "args:\n  - --user\n  - shop\n  - --password\n  - {v}\n",
        "args:\n  - --user\n  - shop\n  - --password\n  - $(DB_PASSWORD)\n",
    ),
    (
        "here-document of settings",
        "setup.sh",
        "cat > /etc/shop.conf <<EOF\ndb_user=shop\ndb_password={v}\nEOF\n",
        "cat > /etc/shop.conf <<EOF\ndb_user=shop\ndb_password=$DB_PASSWORD\nEOF\n",
    ),
    (
        "here-document as a value",
        "setup.sh",
        "DB_PASSWORD=$(cat <<EOF\n{v}\nEOF\n)\n",
        "DB_PASSWORD=$(cat <<EOF\n$GENERATED\nEOF\n)\n",
    ),
    (
        "heredoc of Terraform",
        "main.tf",
        "resource \"db\" \"shop\" {\n  password = <<EOT\n{v}\nEOT\n}\n",
        "resource \"db\" \"shop\" {\n  password = <<EOT\n${var.db_password}\nEOT\n}\n",
    ),
    (
        "attribute of Terraform",
        "main.tf",
        "resource \"db\" \"shop\" {\n  username = \"app\"\n  password = \"{v}\"\n}\n",
        "resource \"db\" \"shop\" {\n  username = \"app\"\n  password = random_password.shop.result\n}\n",
    ),
    (
        "cell of a notebook",
        "explore.ipynb",
        "{\"cells\": [{\"source\": [\n  \"db_password = \\\"{v}\\\"\\n\",\n  \"connect()\"\n]}]}\n",
        "{\"cells\": [{\"source\": [\n  \"db_password = getpass.getpass()\\n\",\n  \"connect()\"\n]}]}\n",
    ),
    (
        "IDENTIFIED BY",
        "init.sql",
        "CREATE USER 'shop'@'%' IDENTIFIED BY '{v}';\n",
        "CREATE USER 'shop'@'%' IDENTIFIED BY '<password>';\n",
    ),
    (
        "IDENTIFIED WITH … BY",
        "init.sql",
        "ALTER USER 'shop'@'%' IDENTIFIED WITH mysql_native_password BY '{v}';\n",
        "ALTER USER 'shop'@'%' IDENTIFIED WITH mysql_native_password BY '${DB_PASSWORD}';\n",
    ),
    (
        "PASSWORD of a role",
        "init.sql",
        "CREATE ROLE shop LOGIN PASSWORD '{v}';\n",
        "CREATE ROLE shop LOGIN PASSWORD NULL VALID UNTIL 'infinity';\n",
    ),
    (
        "SET PASSWORD",
        "init.sql",
        "SET PASSWORD FOR 'shop'@'%' = PASSWORD('{v}');\n",
        "SET PASSWORD FOR 'shop'@'%' = PASSWORD('your-password');\n",
    ),
    (
        "a block of YAML",
        "values.yaml",
        "db:\n  password: |\n    {v}\n",
        "db:\n  password: |\n    The password of the shop, see the handbook.\n",
    ),
    ("a comment", "settings.py", "# db_password = \"{v}\"\n", "# db_password = \"changeme\"\n"),
    (
        "ENV of a Dockerfile",
        "Dockerfile",
        "FROM scratch\nENV DB_PASSWORD {v}\n",
        "FROM scratch\nARG DB_PASSWORD\nENV DB_PASSWORD $DB_PASSWORD\n",
    ),
    (
        "an array of C",
        "auth.c",
        "static const char db_password[] = \"{v}\";\n",
        "static const char db_password[MAX_PASSWORD] = \"\";\n",
    ),
    (
        "bytes of Rust",
        "main.rs",
        "static DB_PASSWORD: &[u8] = b\"{v}\";\n",
        "static DB_PASSWORD: &[u8] = include_bytes!(\"db_password.txt\");\n",
    ),
];

fn value() -> String {
    ["Vq7mZ2xK", "tR4wNb9L", "sYc3HgTe"].concat()
}

#[test]
fn forms_are_found_and_their_stand_ins_are_not() {
    let engine = Engine::new(&builtin::specs(), EngineOptions::default()).expect("it compiles");
    let mut scratch = ScanScratch::new(&engine);
    let mut likely = |path: &str, text: &str| -> Vec<(String, String)> {
        let file_id = FileId::new(0);
        scratch.begin_object(&ObjectFacts { file_id, path: path.as_bytes(), is_binary: false });
        engine.scan_chunk_into(&Chunk::whole(file_id, text.as_bytes()), &mut scratch);
        let is_likely = |f: &scanner_engine::FindingRef<'_>| f.rec.confidence >= Confidence::Likely;
        let findings = scratch.findings();
        let told = findings.iter().filter(is_likely).map(|f| {
            let rule = engine.rule_info(f.rec.rule_id).id.clone();
            (rule, String::from_utf8_lossy(f.secret).into_owned())
        });
        told.collect()
    };
    let mut wrong = Vec::new();
    for (name, path, secret, other) in FORMS {
        let found = likely(path, &secret.replace("{v}", &value()));
        if !matches!(found.as_slice(), [(_, secret)] if *secret == value()) {
            wrong.push(format!("{name}: {found:?}"));
        }
        let found = likely(path, other);
        if !found.is_empty() {
            wrong.push(format!("{name}: the stand-in is reported: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), 2 * FORMS.len(), wrong.join("\n"));
}
