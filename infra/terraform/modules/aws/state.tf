# Shared state of the replicas: docs/state.md.
resource "aws_dynamodb_table" "state" {
  name                        = "${var.name}-state"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "pk"
  deletion_protection_enabled = true

  attribute {
    name = "pk"
    type = "S"
  }

  # Index of the log of decisions.
  attribute {
    name = "lp"
    type = "S"
  }

  attribute {
    name = "ls"
    type = "S"
  }

  global_secondary_index {
    name            = "ledger"
    hash_key        = "lp"
    range_key       = "ls"
    projection_type = "ALL"
  }

  ttl {
    enabled        = true
    attribute_name = "ttl"
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled = true
  }
}

# Storage of the audit trails. They outlive the tasks.
resource "aws_efs_file_system" "trails" {
  encrypted = true
  tags      = { Name = "${var.name}-trails" }
  lifecycle {
    prevent_destroy = true
  }
}

# Daily copies of the audit trails: docs/state.md. The table has point-in-time recovery; AWS Backup would copy all of it daily.
resource "aws_backup_vault" "this" {
  name = var.name
}

resource "aws_backup_plan" "this" {
  name = var.name
  rule {
    rule_name         = "daily"
    target_vault_name = aws_backup_vault.this.name
    schedule          = "cron(0 3 * * ? *)"
    lifecycle {
      delete_after = var.backup_retention_days
    }
    dynamic "copy_action" {
      for_each = var.backup_copy_vault_arn == null ? [] : [var.backup_copy_vault_arn]
      content {
        destination_vault_arn = copy_action.value
        lifecycle {
          delete_after = var.backup_retention_days
        }
      }
    }
  }
}

resource "aws_backup_selection" "this" {
  name         = var.name
  plan_id      = aws_backup_plan.this.id
  iam_role_arn = aws_iam_role.backup.arn
  resources    = [aws_efs_file_system.trails.arn]
}

resource "aws_efs_mount_target" "trails" {
  for_each        = toset(var.private_subnet_ids)
  file_system_id  = aws_efs_file_system.trails.id
  subnet_id       = each.value
  security_groups = [aws_security_group.trails.id]
}

resource "aws_efs_access_point" "trails" {
  file_system_id = aws_efs_file_system.trails.id
  posix_user {
    uid = 10001
    gid = 10001
  }
  root_directory {
    path = "/facestep"
    creation_info {
      owner_uid   = 10001
      owner_gid   = 10001
      permissions = "0700"
    }
  }
}
