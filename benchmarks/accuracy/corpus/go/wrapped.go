. 	Dbpassword: strings.TrimSpace(
T 		"lHxI0ehkkuhkYz¦TQ8qEJMjym2JYG",
. 	),
. 	DbpasswordEnv: strings.TrimSpace(
F 		"DB_PASSWORD",
. 	),
. 	Smtppassword: strings.TrimSpace(
T 		"nNHLlbMDzsso3r¦Up8VPhpbL0yugC",
. 	),
. 	SmtppasswordEnv: strings.TrimSpace(
F 		"SMTP_PASSWORD",
. 	),
. 	Adminpassword: strings.TrimSpace(
T 		"On9RNtnvbKDZRH¦khwprWbnfVdrPT",
. 	),
. 	AdminpasswordEnv: strings.TrimSpace(
F 		"ADMIN_PASSWORD",
. 	),
. 	Clientsecret: strings.TrimSpace(
T 		"x8zBLv17Ebjj91¦4y49y2AfO8lBeg",
. 	),
. 	ClientsecretEnv: strings.TrimSpace(
F 		"CLIENT_SECRET",
. 	),
. 	Apisecret: strings.TrimSpace(
T 		"w9fEzhJZdLbWo8¦di3ANSYo319Hye",
. 	),
. 	ApisecretEnv: strings.TrimSpace(
F 		"API_SECRET",
. 	),
. 	Signingsecret: strings.TrimSpace(
T 		"X1PqDq1L5hpc9C¦gAcXiO8hLKSLFM",
. 	),
. 	SigningsecretEnv: strings.TrimSpace(
F 		"SIGNING_SECRET",
. 	),
. 	Redispassword: strings.TrimSpace(
T 		"qnUKNchp0TMxAu¦7C4s9R6JHFCYre",
. 	),
. 	RedispasswordEnv: strings.TrimSpace(
F 		"REDIS_PASSWORD",
. 	),
. 	Servicetoken: strings.TrimSpace(
T 		"Fp02yBEbG57njG¦BUZhE3dq8YNVQG",
. 	),
. 	ServicetokenEnv: strings.TrimSpace(
F 		"SERVICE_TOKEN",
. 	),
