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

resource "aws_efs_backup_policy" "trails" {
  file_system_id = aws_efs_file_system.trails.id
  backup_policy {
    status = "ENABLED"
  }
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
