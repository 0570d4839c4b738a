# Keys never leave KMS or their region. docs/keys.md explains the purpose of each key and the effect of its loss.
#
# Only the key policy grants access to a key: IAM policies of the account and grants add nothing. HMAC and asymmetric keys do
# not rotate automatically (docs/keys.md). Administrators enable or disable a key; Terraform does not revert that.

locals {
  # All administrative permissions, without the use of the key and without grants.
  key_administration = [
    "kms:CancelKeyDeletion",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:EnableKey",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateKeyDescription",
  ]
}

data "aws_iam_policy_document" "key_administration" {
  statement {
    sid       = "Administrators"
    actions   = local.key_administration
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = var.key_administrator_arns
    }
  }
  # Recovery if those roles are deleted: the root user only; IAM policies cannot delegate this.
  statement {
    sid       = "Root"
    actions   = local.key_administration
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalType"
      values   = ["Account"]
    }
  }
}

data "aws_iam_policy_document" "sealing_key" {
  source_policy_documents = [data.aws_iam_policy_document.key_administration.json]
  statement {
    sid       = "Seal"
    actions   = ["kms:GenerateMac", "kms:DescribeKey"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.service.arn]
    }
    condition {
      test     = "StringEqualsIfExists"
      variable = "kms:MacAlgorithm"
      values   = ["HMAC_SHA_256"]
    }
  }
}

data "aws_iam_policy_document" "signing_key" {
  source_policy_documents = [data.aws_iam_policy_document.key_administration.json]
  statement {
    sid       = "Sign"
    actions   = ["kms:Sign", "kms:GetPublicKey", "kms:DescribeKey"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.service.arn]
    }
    condition {
      test     = "StringEqualsIfExists"
      variable = "kms:SigningAlgorithm"
      values   = ["ECDSA_SHA_256"]
    }
  }
}

data "aws_iam_policy_document" "oidc_key" {
  source_policy_documents = [data.aws_iam_policy_document.key_administration.json]
  statement {
    sid       = "Sign"
    actions   = ["kms:Sign", "kms:GetPublicKey", "kms:DescribeKey"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.service.arn]
    }
    condition {
      test     = "StringEqualsIfExists"
      variable = "kms:SigningAlgorithm"
      values   = ["RSASSA_PKCS1_V1_5_SHA_256", "RSASSA_PSS_SHA_256"]
    }
  }
}

resource "aws_kms_key" "sealing" {
  for_each                 = toset([for version in var.sealing_key_versions : tostring(version)])
  description              = "${var.name}: seals enrolment tokens, version ${each.key}"
  customer_master_key_spec = "HMAC_256"
  key_usage                = "GENERATE_VERIFY_MAC"
  multi_region             = false
  deletion_window_in_days  = 30
  policy                   = data.aws_iam_policy_document.sealing_key.json
  lifecycle {
    prevent_destroy = true
    ignore_changes  = [is_enabled]
  }
}

resource "aws_kms_key" "signing" {
  description              = "${var.name}: signs receipts, audit heads and security events"
  customer_master_key_spec = "ECC_NIST_P256"
  key_usage                = "SIGN_VERIFY"
  multi_region             = false
  deletion_window_in_days  = 30
  policy                   = data.aws_iam_policy_document.signing_key.json
  lifecycle {
    prevent_destroy = true
    ignore_changes  = [is_enabled]
  }
}

resource "aws_kms_key" "oidc" {
  description              = "${var.name}: signs ID tokens"
  customer_master_key_spec = "RSA_2048"
  key_usage                = "SIGN_VERIFY"
  multi_region             = false
  deletion_window_in_days  = 30
  policy                   = data.aws_iam_policy_document.oidc_key.json
  lifecycle {
    prevent_destroy = true
    ignore_changes  = [is_enabled]
  }
}

# Sent as X-Admin-Key. Stored only in Secrets Manager, never in the Terraform state.
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
