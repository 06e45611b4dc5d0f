. define(
.     'DB_PASSWORD',
T     'mtze5TtYmy9¦HlqKzdeVfIF'
. );
. define(
.     'DB_PASSWORD_HINT',
F     'ask the platform team'
. );
. define(
.     'SMTP_PASSWORD',
T     'FNG3rNwzaH0¦LnIy2NnYOeE'
. );
. define(
.     'SMTP_PASSWORD_HINT',
F     'ask the platform team'
. );
. define(
.     'ADMIN_PASSWORD',
T     'xpoE3QbfyPf¦CXF1YfCyV7i'
. );
. define(
.     'ADMIN_PASSWORD_HINT',
F     'ask the platform team'
. );
. define(
.     'CLIENT_SECRET',
T     'hwFW7qe8Tyt¦ywVvIDz1n8U'
. );
. define(
.     'CLIENT_SECRET_HINT',
F     'ask the platform team'
. );
. define(
.     'API_SECRET',
T     'LY6NgdRfTcS¦bET23bRNQUy'
. );
. define(
.     'API_SECRET_HINT',
F     'ask the platform team'
. );
. define(
.     'SIGNING_SECRET',
T     'P9FzKEMLZ4t¦b0fqqywZQZi'
. );
. define(
.     'SIGNING_SECRET_HINT',
F     'ask the platform team'
. );
. define(
.     'REDIS_PASSWORD',
T     'obG9l4ui4hU¦40XL52R3SNE'
. );
. define(
.     'REDIS_PASSWORD_HINT',
F     'ask the platform team'
. );
. define(
.     'SERVICE_TOKEN',
T     'BTLwXIxoNOP¦xKKHCsE6hq3'
. );
. define(
.     'SERVICE_TOKEN_HINT',
F     'ask the platform team'
. );
