. config.db_password =
T   'UUDA5LuCUnFY¦CoQSK8mM0jxX'
. config.db_password =
F   Rails.application.credentials.db_password
. config.smtp_password =
T   'rKh3mUVXQQdK¦PpufM3HScTnE'
. config.smtp_password =
F   Rails.application.credentials.smtp_password
. config.admin_password =
T   'tPqjcUybT8FX¦hXWBIKR4wL8R'
. config.admin_password =
F   Rails.application.credentials.admin_password
. config.client_secret =
T   'V50owKYnWmJv¦ZHWeYRmxA7B2'
. config.client_secret =
F   Rails.application.credentials.client_secret
. config.api_secret =
T   'oZstiomiT2ru¦kqOhSaHCLx9i'
. config.api_secret =
F   Rails.application.credentials.api_secret
. config.signing_secret =
T   'KSQqNBrnCRpA¦AWu5xjuKgmYC'
. config.signing_secret =
F   Rails.application.credentials.signing_secret
. config.redis_password =
T   'Xlnjq1cZnC4k¦tRJdkWnfvDVu'
. config.redis_password =
F   Rails.application.credentials.redis_password
. config.service_token =
T   'BEpKCmDHJlAK¦aTk8mGV6WPTh'
. config.service_token =
F   Rails.application.credentials.service_token
