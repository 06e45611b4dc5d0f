. resource "kubernetes_secret" "s0" {
.   data = {
T     db_password = "V3GvgbBEP82¦2RK1uSF8cQy"
F     db_password_name = var.db_password
.   }
. }
. resource "kubernetes_secret" "s1" {
.   data = {
T     smtp_password = "m7GwoV2Ix9Q¦W8blPtLGEMH"
F     smtp_password_name = var.smtp_password
.   }
. }
. resource "kubernetes_secret" "s2" {
.   data = {
T     admin_password = "BhjQUXfcSU4¦jdQhxNp1jmr"
F     admin_password_name = var.admin_password
.   }
. }
. resource "kubernetes_secret" "s3" {
.   data = {
T     client_secret = "FuSABO1Lgj8¦BHyYAOTTSNZ"
F     client_secret_name = var.client_secret
.   }
. }
. resource "kubernetes_secret" "s4" {
.   data = {
T     api_secret = "dHM52u3AbST¦1TJUHxIkzbh"
F     api_secret_name = var.api_secret
.   }
. }
. resource "kubernetes_secret" "s5" {
.   data = {
T     signing_secret = "Xk2SYJ5rBku¦RIeedKo2j90"
F     signing_secret_name = var.signing_secret
.   }
. }
. resource "kubernetes_secret" "s6" {
.   data = {
T     redis_password = "85w3amAAgci¦PE59hKSrhXM"
F     redis_password_name = var.redis_password
.   }
. }
. resource "kubernetes_secret" "s7" {
.   data = {
T     service_token = "ZUaQOAJ6B1q¦gVkx4NpffEB"
F     service_token_name = var.service_token
.   }
. }
