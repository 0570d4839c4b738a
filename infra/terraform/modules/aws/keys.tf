# Keys never leave KMS. docs/keys.md says what each is for, and what losing one means.

resource "aws_kms_key" "sealing" {
  for_each                 = toset([for version in var.sealing_key_versions : tostring(version)])
  description              = "${var.name}: seals enrolment tokens, version ${each.key}"
  customer_master_key_spec = "HMAC_256"
  key_usage                = "GENERATE_VERIFY_MAC"
  deletion_window_in_days  = 30
}

resource "aws_kms_key" "signing" {
  description              = "${var.name}: signs receipts, audit heads and security events"
  customer_master_key_spec = "ECC_NIST_P256"
  key_usage                = "SIGN_VERIFY"
  deletion_window_in_days  = 30
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_key" "oidc" {
  description              = "${var.name}: signs ID tokens"
  customer_master_key_spec = "RSA_2048"
  key_usage                = "SIGN_VERIFY"
  deletion_window_in_days  = 30
  lifecycle {
    prevent_destroy = true
  }
}

# Sent as X-Admin-Key. It is in Secrets Manager alone, and in no state of Terraform.
ephemeral "random_password" "admin_key" {
  length  = 43
  special = false
}

resource "aws_secretsmanager_secret" "admin_key" {
  name                    = "${var.name}/admin-key"
  recovery_window_in_days = 7
}

resource "aws_secretsmanager_secret_version" "admin_key" {
  secret_id                = aws_secretsmanager_secret.admin_key.id
  secret_string_wo         = ephemeral.random_password.admin_key.result
  secret_string_wo_version = 1
}
