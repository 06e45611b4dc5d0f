.     private static final String DB_PASSWORD =
T         "SxFh9¦1apySP";
.     private static final String DB_PASSWORD_KEY =
F         "spring.datasource.db.password";
.     private static final String SMTP_PASSWORD =
T         "%RZ4S7¦C#TZjC";
.     private static final String SMTP_PASSWORD_KEY =
F         "spring.datasource.smtp.password";
.     private static final String ADMIN_PASSWORD =
T         "zi3Rd¦4oKCh-";
.     private static final String ADMIN_PASSWORD_KEY =
F         "spring.datasource.admin.password";
.     private static final String CLIENT_SECRET =
T         "y2vkAzUWexkaI¦VTZmyS7DjEHQZ";
.     private static final String CLIENT_SECRET_KEY =
F         "spring.datasource.client.secret";
.     private static final String API_SECRET =
T         "zezMzjitrI4wC¦YZp8WTLbbdqLY";
.     private static final String API_SECRET_KEY =
F         "spring.datasource.api.secret";
.     private static final String SIGNING_SECRET =
T         "vQKH6T7TJNQgl¦sNaZj1wmoTb6i";
.     private static final String SIGNING_SECRET_KEY =
F         "spring.datasource.signing.secret";
.     private static final String REDIS_PASSWORD =
T         "A2swA¦b7hgs_";
.     private static final String REDIS_PASSWORD_KEY =
F         "spring.datasource.redis.password";
.     private static final String SERVICE_TOKEN =
T         "N03bJ1FfiY4Jr¦xgLzcOu2DZxz1";
.     private static final String SERVICE_TOKEN_KEY =
F         "spring.datasource.service.token";
