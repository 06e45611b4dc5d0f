#!/usr/bin/env python3
"""Makes up labelled lines in many languages: the corpus of `benchmarks/accuracy/corpus`, and lines to train on.

usage: made_up.py corpus OUT      writes <language>/<file>, each line labelled `T `, `F ` or `. `, secrets cut by `¦`
       made_up.py training OUT    the same for training: other forms, other keys, other values

Forms (how a language writes an assignment), keys and stand-in values are dealt out in turn, the even ones to the corpus,
the odd ones to training, so that training sees none of the corpus' lines, forms or keys. Everything is made up; the
random state is fixed.
"""
import base64
import os
import random
import string
import sys

PER_LANGUAGE = 36
FORMS = {}


def language(name, file, secret, other):
    FORMS[name] = (file, secret.strip("\n").split("\n"), other.strip("\n").split("\n"))


# {k} a key in the language's style, {v} the value; %r as %s. `⏎` is a line break (the label is the last line's).
language("python", "settings.py", r'''
{k} = "{v}"
{k} = '{v}'
connect(user="shop", {k}="{v}", timeout=30)
    "{k}": "{v}",
os.environ["{K}"] = "{v}"
{k} = os.getenv("{K}", "{v}")
self.{k} = u'{v}'
{k}: str = "{v}"
client = Client("ops", {k}='{v}')
{k} = b"{v}"
cfg.setdefault("{k}", "{v}")
# {k} = "{v}"
''', r'''
{k} = os.environ["{K}"]
{k} = get_{k}(user_id)
{k} = "{f}"
{k}: str = Field(default=None, description="{s}")
parser.add_argument("--{d}", help="{s}")
raise ValueError("{k} must not be empty")
{k} = getpass.getpass("{s}: ")
{k}_file = "/run/secrets/{d}"
if {k} == previous_{k}:
    "{k}": settings.{K},
{k} = serializers.CharField(max_length=128)
assert response.json()["{k}"] == {k}
''')
language("javascript", "config.js", r'''
const {c} = '{v}';
let {c} = "{v}"
  {c}: '{v}',
process.env.{K} = '{v}';
const {c} = process.env.{K} || '{v}';
client.set('{c}', '{v}');
module.exports.{c} = `{v}`;
this.{c} = "{v}";
login({{ user: 'ops', {c}: '{v}' }});
  "{c}": "{v}",
''', r'''
const {c} = process.env.{K};
  {c}: '{f}',
const {c} = await fetch{C}(user.id);
  {c}: this.state.{c},
throw new Error('{s}');
<input type="password" name="{c}" placeholder="{s}" />
const {c}Input = document.querySelector('#{d}');
  {c}: {{ type: String, required: true }},
if ({c} !== confirm{C}) return false;
  {c}: req.body.{c},
''')
language("typescript", "config.ts", r'''
const {c}: string = '{v}';
private readonly {c} = "{v}";
  {c}: '{v}' as const,
export const {K} = '{v}';
const opts: Options = {{ {c}: "{v}", retries: 3 }};
static {c}: string = `{v}`;
  public {c}: string = "{v}";
const {c} = process.env.{K} ?? '{v}';
''', r'''
  {c}: string;
  {c}?: string | null;
@Input() {c}: {C}Options;
  {c}: '{f}',
const {c}: {C} = await this.vault.read('{d}');
  get {c}(): string {{ return this._{c}; }}
  {c}: FormControl<string>;
export type {C} = {{ {c}: string }};
''')
language("java", "Config.java", r'''
private static final String {K} = "{v}";
String {c} = "{v}";
config.set{C}("{v}");
props.put("{c}", "{v}");
    .{c}("{v}")
public String {c} = "{v}";
System.setProperty("{p}", "{v}");
@Value("${{{p}:{v}}}") String {c};
DriverManager.getConnection(url, "shop", "{v}"); // {c}
''', r'''
private String {c};
this.{c} = {c};
String {c} = request.getParameter("{c}");
private static final String {K}_HEADER = "X-{C}-Header";
@Value("${{{p}}}") private String {c};
public void set{C}(String {c}) {{
throw new IllegalStateException("{s}");
    .{c}(config.get{C}())
String {c} = "{f}";
''')
language("go", "main.go", r'''
{c} := "{v}"
	{C}: "{v}",
const {c} = "{v}"
var {K} = "{v}"
os.Setenv("{K}", "{v}")
	{c} = []byte("{v}")
flag.String("{d}", "{v}", "used for the upstream")
cfg.{C} = `{v}`
''', r'''
	{C} string `json:"{k}"`
{c} := os.Getenv("{K}")
	{C}: cfg.{C},
func (c *Client) {C}() string {{
return errors.New("{s}")
{c}, err := vault.Read(ctx, "{d}")
	{C}: "{f}",
if {c} == "" {{
''')
language("ruby", "app.rb", r'''
{k} = "{v}"
  {k}: '{v}',
ENV['{K}'] = '{v}'
  :{k} => "{v}",
config.{k} = '{v}'
ENV.fetch("{K}", "{v}")
Client.new({k}: "{v}")
@{k} = '{v}'
''', r'''
{k} = ENV['{K}']
validates :{k}, presence: true
  {k}: params[:{k}],
t.string "{k}", null: false
  {k}: '{f}',
attr_accessor :{k}
raise ArgumentError, "{s}" if {k}.nil?
config.{k} = Rails.application.credentials.{k}
''')
language("php", "config.php", r'''
${k} = '{v}';
define('{K}', '{v}');
    '{k}' => '{v}',
$config['{k}'] = "{v}";
putenv("{K}={v}");
const {K} = '{v}';
$this->{c} = "{v}";
return env('{K}', '{v}');
''', r'''
${k} = $_POST['{k}'];
    '{k}' => env('{K}'),
    '{k}' => 'required|string|min:8',
${k} = getenv('{K}');
public function {c}(string ${c}): void
    '{k}' => '{f}',
echo __('{s}');
$this->{c} = ${c};
''')
language("csharp", "Settings.cs", r'''
private const string {C} = "{v}";
var {c} = "{v}";
    {C} = "{v}",
services.Configure(o => o.{C} = "{v}");
public string {C} {{ get; set; }} = "{v}";
["{p}"] = "{v}",
new NetworkCredential("ops", {c}: "{v}");
string {c} = @"{v}";
''', r'''
public string {C} {{ get; set; }}
var {c} = Environment.GetEnvironmentVariable("{K}");
    {C} = options.{C},
[Required] public SecureString {C} {{ get; init; }}
throw new ArgumentException("{s}", nameof({c}));
var {c} = Configuration["{p}"];
    {C} = "{f}",
private readonly I{C}Provider _{c}Provider;
''')
language("rust", "main.rs", r'''
let {k} = "{v}";
const {K}: &str = "{v}";
    {k}: "{v}".to_owned(),
std::env::set_var("{K}", "{v}");
    .{k}("{v}")
let {k} = String::from("{v}");
static {K}: &[u8] = b"{v}";
''', r'''
let {k} = std::env::var("{K}")?;
    pub {k}: SecretString,
    {k}: config.{k}.clone(),
bail!("{s}");
fn {k}(&self) -> Option<&str> {{
    {k}: "{f}".into(),
#[arg(long, env = "{K}")]
''')
language("kotlin", "Config.kt", r'''
val {c} = "{v}"
const val {K} = "{v}"
    {c} = "{v}",
buildConfigField("String", "{K}", "\"{v}\"")
private val {c}: String = "{v}"
properties["{p}"] = "{v}"
''', r'''
val {c}: String?
val {c} = System.getenv("{K}")
    {c} = project.findProperty("{p}") as String,
var {c} by mutableStateOf("")
require({c}.isNotBlank()) {{ "{s}" }}
    {c} = "{f}",
''')
language("swift", "Config.swift", r'''
let {c} = "{v}"
static let {c}: String = "{v}"
    {c}: "{v}",
request.setValue("{v}", forHTTPHeaderField: "{C}") // {k}="{v}"
defaults.set("{v}", forKey: "x"); let {c} = "{v}"
''', r'''
@State private var {c} = ""
let {c} = ProcessInfo.processInfo.environment["{K}"]
SecureField("{s}", text: ${c})
    {c}: keychain.{c},
let {c} = "{f}"
''')
language("scala", "Config.scala", r'''
val {c} = "{v}"
  {c} = Some("{v}"),
  "{p}" -> "{v}",
def {c}: String = "{v}"
''', r'''
val {c}: Option[String] = sys.env.get("{K}")
  {c} = config.getString("{p}"),
case class Login(user: String, {c}: Secret)
  {c} = Some("{f}"),
''')
language("c", "auth.c", r'''
#define {K} "{v}"
static const char *{k} = "{v}";
char {k}[] = "{v}";
    .{k} = "{v}",
setenv("{K}", "{v}", 1);
strcpy(cfg->{k}, "{v}");
''', r'''
char {k}[MAX_{K}_LEN + 1];
#define {K}_OPTION "{d}"
    .{k} = opts->{k},
fprintf(stderr, "{s}\n");
{k} = getenv("{K}");
static int check_{k}(const char *{k});
''')
language("shell", "deploy.sh", r'''
{K}={v}
export {K}="{v}"
{K}='{v}' ./run.sh
backup --user ops --{d} {v} shop
curl -H "Authorization: Bearer {v}" https://api.acme.dev/v1
--{d}={v} \
local {k}="{v}"
: "${{{K}:={v}}}"
mytool -u ops --{d} '{v}'
echo "{K}={v}" >> .env
''', r'''
export {K}="${{{K}:?{s}}}"
{K}=$(vault read -field=value {d})
{K}="$1"
backup --{d} "${K}" shop
read -rs -p "{s}: " {K}
unset {K}
curl -H "Authorization: Bearer $TOKEN" "$url"
echo "{s}"
{K}_FILE=/run/secrets/{d}
[ -z "${K}" ] && exit 1
''')
language("powershell", "deploy.ps1", r'''
${C} = "{v}"
$env:{K} = '{v}'
${c} = ConvertTo-SecureString '{v}' -AsPlainText -Force
Set-Item -Path Env:{K} -Value "{v}"; ${C}="{v}"
Connect-Shop -User ops -{C} '{v}'
''', r'''
${C} = $env:{K}
[Parameter(Mandatory)] [SecureString] ${C},
${C} = Read-Host -AsSecureString "{s}"
${C} = Get-AutomationVariable -Name '{K}'
Write-Error "{s}"
''')
language("batch", "deploy.bat", r'''
set {K}={v}
SET "{K}={v}"
setx {K} "{v}" & set {K}={v}
''', r'''
set {K}=%1
set /p {K}="{s}: "
if "%{K}%"=="" goto usage
''')
language("dotenv", ".env", r'''
{K}={v}
{K}="{v}"
export {K}='{v}'
# {K}={v}
{K} = {v}
{K}={v} # rotated in May
''', r'''
{K}=
{K}=${{OTHER_{K}}}
{K}={f}
{K}="<{s}>"
# {K} is read from the vault
{K}_FILE=/etc/app/{d}
''')
language("ini", "app.ini", r'''
{k} = {v}
{k}={v}
{K} = "{v}"
;{k} = {v}
{d} : {v}
''', r'''
{k} = {f}
{k} = %({k}_default)s
; {k}: {s}
{k} =
{k}_file = /etc/app/{d}.pem
''')
language("properties", "application.properties", r'''
{p}={v}
{p} = {v}
spring.datasource.{p}={v}
{p}: {v}
''', r'''
{p}=${{{K}}}
{p}=@{p}@
message.{p}={s}
{p}.min-length=12
''')
language("toml", "config.toml", r'''
{k} = "{v}"
{k} = '{v}'
{d} = "{v}"
auth = {{ user = "ops", {k} = "{v}" }}
''', r'''
{k} = "{f}"
{k}_path = "/etc/app/{d}"
{k} = "${{{K}}}"
# {k} = "{s}"
''')
language("yaml", "values.yaml", r'''
{c}: {v}
{k}: "{v}"
  {c}: '{v}'
  - {K}={v}
    {k}: {v} # prod
  - name: {K}⏎    value: "{v}" # {k}: {v}
{c}:⏎  "{v}"
  {k}: >-⏎    {v}
''', r'''
{c}: "{{{{ .Values.{c} }}}}"
{k}: ${{{K}}}
  {c}: !vault {d}
  {c}Ref: {d}-ref
{k}: {f}
  - name: {K}⏎    valueFrom: {{ secretKeyRef: {{ name: {d}, key: value }} }}
{c}: null
{k}: "{s}"
''')
language("json", "config.json", r'''
  "{c}": "{v}",
{{"user": "ops", "{k}": "{v}"}}
  "{K}" : "{v}"
  "{d}":⏎    "{v}",
  "env": {{"{K}": "{v}"}},
{{\"{c}\": \"{v}\"}}
''', r'''
  "{c}": "",
  "{c}": {{ "type": "string", "minLength": 8 }},
  "{k}": "{f}",
  "{c}Label": "{s}",
  "{k}": "${{{K}}}",
  "{c}": null,
''')
language("xml", "web.config", r'''
<{c}>{v}</{c}>
<add key="{C}" value="{v}" />
<property name="{p}" value="{v}"/>
<connection user="ops" {c}="{v}" />
<entry key="{k}">{v}</entry>
<param {c}='{v}'/>
''', r'''
<{c}>${{{p}}}</{c}>
<add key="{C}" value="" />
<string name="{k}_hint">{s}</string>
<xs:element name="{c}" type="xs:string"/>
<{c}>{f}</{c}>
<property name="{p}" ref="{c}Bean"/>
''')
language("html", "page.html", r'''
<script>var {c} = "{v}";</script>
<meta name="{d}" content="{v}">
<div data-{d}="{v}"></div>
<a href="https://shop.acme.dev/cb?{k}={v}&next=1">
''', r'''
<label for="{d}">{s}</label>
<input type="password" id="{d}" name="{k}" autocomplete="off">
<p class="{d}">{s}</p>
<a href="/account/{d}/reset">{s}</a>
''')
language("sql", "init.sql", r'''
CREATE USER shop IDENTIFIED BY '{v}';
ALTER ROLE shop WITH PASSWORD '{v}';
INSERT INTO settings VALUES ('{k}', '{v}');
CREATE USER ops WITH LOGIN PASSWORD '{v}';
UPDATE app SET {k} = '{v}' WHERE id = 1;
''', r'''
{k} VARCHAR(128) NOT NULL,
SELECT {k} FROM users WHERE id = :id;
UPDATE users SET {k} = ? WHERE id = ?;
COMMENT ON COLUMN users.{k} IS '{s}';
INSERT INTO labels VALUES ('{k}', '{s}');
''')
language("docker", "Dockerfile", r'''
ENV {K}={v}
ARG {K}="{v}"
RUN echo "{K}={v}" > /etc/app.env
ENV APP_USER=shop {K}='{v}'
''', r'''
ARG {K}
ENV {K}=${{{K}}}
RUN --mount=type=secret,id={d} ./build.sh
ENV {K}_FILE=/run/secrets/{d}
''')
language("terraform", "main.tf", r'''
  {k} = "{v}"
variable "{k}" {{ default = "{v}" }}
  {K} = "{v}"
    {k}          = "{v}"
''', r'''
  {k} = var.{k}
variable "{k}" {{ sensitive = true }}
  {k} = data.vault_generic_secret.{k}.data["value"]
    {k} = random_password.db.result
''')
language("markdown", "README.md", r'''
Use `{k}={v}` to sign in.
    {K}={v}
| {k} | `{v}` |  <!-- {k}: {v} -->
The {k} is: {v}
curl -u ops:{v} https://x # {k}={v}
''', r'''
Set `{K}` before you start.
    {K}=<{s}>
| {k} | {s} |
The {k}: see the vault.
- `{k}`: {s}
''')
language("http", "requests.http", r'''
Authorization: Bearer {v}
Authorization: Basic {b}
X-Api-Key: {v}
Cookie: theme=dark; session_token={v}
GET /v1/items?api_key={v}&page=2 HTTP/1.1
Proxy-Authorization: Basic {b}
''', r'''
Authorization: Bearer {{{{token}}}}
Authorization: Basic <credentials>
X-Api-Key: {f}
Cookie: theme=dark; session_token=${{TOKEN}}
GET /v1/items?api_key={{{{key}}}} HTTP/1.1
WWW-Authenticate: Basic realm="shop"
''')
language("uri", "services.txt", r'''
postgres://shop:{v}@db.internal:5432/shop
amqp://ops:{v}@queue.internal/prod
https://ci:{v}@git.acme.dev/shop.git
mysql://root:{v}@10.0.3.4/shop
redis://:{v}@cache.internal:6379/0
ftp://backup:{v}@files.internal/
''', r'''
postgres://shop:${{DB_PASSWORD}}@db.internal:5432/shop
amqp://guest:guest@localhost/
https://user:password@git.acme.dev/shop.git
mysql://root:<password>@10.0.3.4/shop
redis://:{{{{ password }}}}@cache.internal:6379/0
ftp://user:pass@files.internal/
''')
language("log", "app.log", r'''
2026-03-01 10:22:07 INFO login user=ops {k}={v} ok
DEBUG sending {{"{c}":"{v}","n":3}}
[warn] fallback {k}: {v}
GET /cb?{k}={v} 302 14ms
''', r'''
2026-03-01 10:22:07 INFO login user=ops {k}=****** ok
DEBUG sending {{"{c}":"[FILTERED]","n":3}}
[warn] {k}: {s}
GET /cb?{k}=[REDACTED] 302 14ms
''')
language("groovy", "Jenkinsfile", r'''
def {c} = '{v}'
environment {{ {K} = '{v}' }}
    {c} "{v}"; {c} = "{v}"
ext.{c} = "{v}"
''', r'''
environment {{ {K} = credentials('{d}') }}
    {c} System.getenv("{K}")
string(credentialsId: '{d}', variable: '{K}')
def {c} = params.{K}
''')
language("lua", "conf.lua", r'''
local {k} = "{v}"
  {k} = '{v}',
red:auth("{v}") -- {k} = "{v}"
''', r'''
local {k} = os.getenv("{K}")
  {k} = opts.{k},
error("{s}")
''')
language("perl", "conf.pl", r'''
my ${k} = '{v}';
    {k} => '{v}',
$ENV{{{K}}} = "{v}";
''', r'''
my ${k} = $ENV{{{K}}};
    {k} => $opt{{{k}}},
die "{s}";
''')
language("elixir", "config.exs", r'''
config :shop, {k}: "{v}"
  {k}: "{v}",
System.put_env("{K}", "{v}"); {k} = "{v}"
''', r'''
config :shop, {k}: System.fetch_env!("{K}")
  {k}: opts[:{k}],
field :{k}, :string, redact: true
''')

# Forms that are for training alone: values on the next line, pairs of two keys, setters, positional and bare values.
APART = {}


def apart(name, secret, other):
    APART[name] = (secret.strip("\n").split("\n"), other.strip("\n").split("\n"))


apart("python", r'''
{K} = (⏎    "{v}"
{k} = str(⏎    "{v}",
os.environ["{K}"] = str(⏎    '{v}'
''', r'''
{K} = (⏎    "{f}"
{K}_HELP = (⏎    "{s}"
{K}_FIELD = (⏎    "{d}"
{K}_ENV = (⏎    "{K}"
''')
apart("java", r'''
config.set{C}("{v}");
    .set{C}(⏎        "{v}")
builder.set{C}(Base64.getDecoder().decode("{v}"));
client.{c}("{v}");
builder.{c}(⏎            "{v}")
''', r'''
config.set{C}("{s}");
    .set{C}(⏎        "{d}")
client.{c}("{p}");
builder.{c}(⏎            "{f}")
properties.get{C}("{p}");
''')
apart("go", r'''
	{C}: strings.TrimSpace(⏎		"{v}",
cfg.Set{C}("{v}")
os.Setenv("{K}", "{v}")
var {c} = []byte("{v}")
{c}, err := hex.DecodeString("{v}")
''', r'''
{c}, err := reader.Lookup("{f}")
var {c} = []byte("{d}")
	{C}: os.Getenv(⏎		"{K}",
cfg.Set{C}("{f}")
os.Setenv("{K}", "{s}")
''')
apart("rust", r'''
    .{k}("{v}")
static {K}: &[u8] = b"{v}";
const {K}: &str = "{v}";
''', r'''
    .{k}("{f}")
static {K}_NAME: &[u8] = b"{d}";
const {K}_ENV: &str = "{K}";
''')
apart("yaml", r'''
  - name: {K}⏎    value: {v}
  - name: {K}⏎    value: "{v}"
  - --{d}⏎  - {v}
  {c}: |⏎    {v}
''', r'''
  - name: {K}⏎    value: $({K})
  - name: {K}⏎    value: {d}
  - name: {K}_FILE⏎    value: /run/secrets/{d}
  {c}: |⏎    {s}
''')
apart("json", r'''
{{"name": "{K}", "value": "{v}"}},
  "name": "{K}",⏎  "value": "{v}"
''', r'''
{{"name": "{K}", "value": "${{{K}}}"}},
  "name": "{K}",⏎  "value": "{d}"
{{"name": "{c}", "value": "{s}"}},
''')
apart("terraform", r'''
variable "{k}" {{⏎  default = "{v}"
  {k} = <<EOT⏎{v}
''', r'''
variable "{k}" {{⏎  default = "{d}"
  {k} = <<EOT⏎${{var.{k}}}
''')
apart("shell", r'''
{K}=$(cat <<EOF⏎{v}
deploy --{d} \\⏎  {v}
''', r'''
{K}=$(cat <<EOF⏎$OTHER_{K}
deploy --{d} \\⏎  "${K}"
''')

KEYS = """db_password admin_password smtp_pass api_key access_token client_secret secret_key auth_token root_password
jwt_secret redis_password signing_secret ldap_password refresh_token user_password encryption_key api_token
webhook_secret ftp_password session_secret mysql_password service_token mail_password consumer_secret
keystore_password bot_token app_secret private_key_passphrase vault_token proxy_password shared_secret
account_key""".split()

# Names of one word and a few more, for training alone.
KEYS_APART = "key auth hmac_key license_key pass pwd aes_key signing_key".split()

STAND_INS = """changeme your-password-here replace_me example_token my-secret-value password test_password
not-a-real-secret dummy placeholder_value insert_token_here some_secret default_password secret hunter_example
enter_your_key xxxxxxxxxxxxxxxx fake_api_key todo_set_me application_default bearer_token_name sample-secret-key
oauth_access_token user_password_field integration-test-token super_secret_value local_dev_password none
session_token_cookie_name unit_test_secret""".split()

SENTENCES = ["Enter your password", "Choose a new token", "The secret is not set", "Password must have 12 characters",
             "Invalid access token", "Key used to sign requests", "Forgot your password?", "token expired or revoked",
             "Secret of the payment service", "Credentials are wrong", "Your API key", "Passwords do not match"]

ALNUM = string.ascii_letters + string.digits


def pick(rng, alphabet, low, high):
    return "".join(rng.choice(alphabet) for _ in range(rng.randint(low, high)))


def value(rng, kind, plain):
    """A secret; `plain` where the form has no quotes around it."""
    if kind == 0:
        return pick(rng, ALNUM, 16, 40)
    if kind == 1:
        return pick(rng, "0123456789abcdef", 1, 1) + pick(rng, "0123456789abcdef", rng.choice([31, 39]), rng.choice([39]))
    if kind == 2:
        marks = "!@%*+.-_~?" if plain else "!@#%^*+.-_~?&"
        return pick(rng, string.ascii_letters, 2, 3) + pick(rng, ALNUM + marks, 7, 14) + rng.choice(string.digits)
    if kind == 3:  # as people make them up: syllables, a digit or two, a mark
        syllables = "".join(rng.choice("bdfgjklmnprstvwxz") + rng.choice("aeiouy") for _ in range(rng.randint(3, 4)))
        return syllables.capitalize() + pick(rng, string.digits, 2, 4) + rng.choice("!.#*-_+")
    if kind == 4:
        return base64.b64encode(rng.randbytes(rng.choice([18, 24, 32]))).decode()
    if kind == 5:
        return "-".join(pick(rng, string.ascii_lowercase + string.digits, 4, 5) for _ in range(rng.randint(3, 5)))
    if kind == 6:
        return pick(rng, string.ascii_lowercase, 9, 16)
    if kind == 7:
        return pick(rng, string.ascii_lowercase + string.digits, 10, 24) + rng.choice(string.digits)
    if kind == 8:
        return base64.urlsafe_b64encode(rng.randbytes(rng.choice([21, 27, 33]))).decode()
    return pick(rng, string.ascii_uppercase + "234567", 16, 32)


def names(key):
    parts = key.split("_")
    camel = parts[0] + "".join(part.capitalize() for part in parts[1:])
    return dict(k=key, K=key.upper(), c=camel, C=camel[0].upper() + camel[1:], d="-".join(parts), p=".".join(parts))


def lines(rng, forms, keys, stand_ins, is_secret, count):
    out = []
    for index in range(count):
        form = forms[index % len(forms)]
        plain = not any(mark + "{v}" in form for mark in "\"'`")
        secret = value(rng, rng.randrange(10), plain)
        pair = base64.b64encode(("ops:" + value(rng, 3, True)).encode()).decode()
        cut = lambda text: text[: len(text) // 2] + "¦" + text[len(text) // 2 :]
        text = form.format(v=cut(secret), b=cut(pair), f=rng.choice(stand_ins), s=rng.choice(SENTENCES),
                           **names(rng.choice(keys)))
        *context, last = text.split("⏎")
        out += [". " + line for line in context] + [("T " if is_secret else "F ") + last]
    return out


def main():
    what, out = sys.argv[1:]
    turn = {"corpus": 0, "training": 1}[what]
    rng = random.Random(1000 + turn)
    keys, stand_ins = KEYS[turn::2], STAND_INS[turn::2]
    if what == "training":
        keys += KEYS_APART
    for name, (file, secret, other) in sorted(FORMS.items()):
        secrets = lines(rng, secret[turn::2], keys, stand_ins, True, PER_LANGUAGE)
        others = lines(rng, other[turn::2], keys, stand_ins, False, PER_LANGUAGE)
        if what == "training" and name in APART:
            secrets += lines(rng, APART[name][0], keys, stand_ins, True, PER_LANGUAGE)
            others += lines(rng, APART[name][1], keys, stand_ins, False, PER_LANGUAGE)
        place = os.path.join(out, name)
        os.makedirs(place, exist_ok=True)
        # Blocks in turn, so that no line stands among its like; a block is a form with its context.
        blocks = []
        for group in (secrets, others):
            block = []
            for line in group:
                block.append(line)
                if not line.startswith("."):
                    blocks.append(block)
                    block = []
        rng.shuffle(blocks)
        with open(os.path.join(place, file), "w") as target:
            target.write("\n".join(line for block in blocks for line in block + ["."]) + "\n")


if __name__ == "__main__":
    main()
