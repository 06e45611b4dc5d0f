. DB_PASSWORD = (
T     "gEzmIf1¦patH#yf"
. )
. DB_PASSWORD_FIELD = (
F     "db-password"
. )
. SMTP_PASSWORD = (
T     "#n1C0¦kl_AKd"
. )
. SMTP_PASSWORD_FIELD = (
F     "smtp-password"
. )
. ADMIN_PASSWORD = (
T     "tLShhk¦xz-X6pq"
. )
. ADMIN_PASSWORD_FIELD = (
F     "admin-password"
. )
. CLIENT_SECRET = (
T     "kdInYar3GAiI4STc¦B3qL1bHETtIeJGMH"
. )
. CLIENT_SECRET_FIELD = (
F     "client-secret"
. )
. API_SECRET = (
T     "E3k7ydSscPfXaGpX¦3KS6KMQp2xnJG3Ag"
. )
. API_SECRET_FIELD = (
F     "api-secret"
. )
. SIGNING_SECRET = (
T     "jzIzLUWy6JDDLTBK¦yO9U1lSojKhJKkfi"
. )
. SIGNING_SECRET_FIELD = (
F     "signing-secret"
. )
. REDIS_PASSWORD = (
T     "%xe-tHo¦v!m_5Nz"
. )
. REDIS_PASSWORD_FIELD = (
F     "redis-password"
. )
. SERVICE_TOKEN = (
T     "kyVFAFy817hXfFtZ¦R7eJa60f8DVCpO67"
. )
. SERVICE_TOKEN_FIELD = (
F     "service-token"
. )
