. const dbPassword =
T   'Pjk3KneMbXw3¦TfIRSwNLGDBU';
. const dbPasswordLabel =
F   'Enter the db password again';
. headers.set(
T   'Authorization', 'Bearer d1cpjJqQbEjGO6XG6Y¦3zOtAFWvycdxT551NN');
. headers.set(
F   'Authorization', 'Bearer ' + dbPassword);
. const smtpPassword =
T   'Xu2TgM6uLieW¦HPNmQTn9cN5r';
. const smtpPasswordLabel =
F   'Enter the smtp password again';
. headers.set(
T   'Authorization', 'Bearer OiDRivM7lsEfOmaqbZ¦76IFQUHbIabS3ttE1t');
. headers.set(
F   'Authorization', 'Bearer ' + smtpPassword);
. const adminPassword =
T   'NvjLFw3qf0ML¦KfDBaU5YC2sM';
. const adminPasswordLabel =
F   'Enter the admin password again';
. headers.set(
T   'Authorization', 'Bearer kjbjulsdtCJ6lQt4YM¦3nsWaEPyVDbp8wNe2g');
. headers.set(
F   'Authorization', 'Bearer ' + adminPassword);
. const clientSecret =
T   'ckQvB4qrp7NK¦8s4SJWIJwBSi';
. const clientSecretLabel =
F   'Enter the client secret again';
. headers.set(
T   'Authorization', 'Bearer 2dW2Hup8Ib4qmmnIW5¦xH0ydfC5oqMnyQHGly');
. headers.set(
F   'Authorization', 'Bearer ' + clientSecret);
. const apiSecret =
T   '3SQG4W8EEp09¦YUWoP0kHNepp';
. const apiSecretLabel =
F   'Enter the api secret again';
. headers.set(
T   'Authorization', 'Bearer oNGEmQgr8wISD2aJ3Y¦3yR2aNuiCz1USHo4zM');
. headers.set(
F   'Authorization', 'Bearer ' + apiSecret);
. const signingSecret =
T   'Y1FYO3Utbok7¦6fBAyqn0X1wS';
. const signingSecretLabel =
F   'Enter the signing secret again';
. headers.set(
T   'Authorization', 'Bearer vxGh7iXBzyC0jdBS4L¦YqsuDxxIMOj8ysa1QP');
. headers.set(
F   'Authorization', 'Bearer ' + signingSecret);
. const redisPassword =
T   'gA0CqHhS1fAq¦LCh0vscZPnKf';
. const redisPasswordLabel =
F   'Enter the redis password again';
. headers.set(
T   'Authorization', 'Bearer o5LTEQoPlNQOsqmQ1C¦b5MKzNZF6v4nCI9PxS');
. headers.set(
F   'Authorization', 'Bearer ' + redisPassword);
. const serviceToken =
T   'DvQQ77hMla0R¦w5UPnwgejdNL';
. const serviceTokenLabel =
F   'Enter the service token again';
. headers.set(
T   'Authorization', 'Bearer odV1jZR5ywUZLBBZa9¦HnT1ItHDdrYeEwGgKh');
. headers.set(
F   'Authorization', 'Bearer ' + serviceToken);
