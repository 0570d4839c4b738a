data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  port           = 8080
  stop_delay_sec = 15
  log_options = {
    awslogs-group         = aws_cloudwatch_log_group.this.name
    awslogs-region        = data.aws_region.current.region
    awslogs-stream-prefix = var.name
  }
  # docs/configuration.md
  config = {
    host         = "0.0.0.0"
    publicUrl    = "https://${var.public_host}"
    proxyHops    = 1
    stopDelaySec = local.stop_delay_sec
    verifier     = { kind = "embedded", workers = var.cpu / 1024 }
    state        = { kind = "dynamodb", table = aws_dynamodb_table.state.name, region = data.aws_region.current.region }
    keys = {
      kind    = "aws-kms"
      region  = data.aws_region.current.region
      sealing = [for version, key in aws_kms_key.sealing : { version = tonumber(version), keyId = key.arn }]
      current = var.current_sealing_key_version
      signing = { keyId = aws_kms_key.signing.arn }
      oidc    = { keyId = aws_kms_key.oidc.arn }
    }
    connections = var.connections
  }
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/${var.name}"
  retention_in_days = var.log_retention_days
}

resource "aws_ecs_cluster" "this" {
  name = var.name
  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_ecs_task_definition" "this" {
  family                   = var.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.cpu
  memory                   = var.memory
  execution_role_arn       = aws_iam_role.start.arn
  task_role_arn            = aws_iam_role.service.arn

  volume {
    name = "config"
  }
  volume {
    name = "tmp"
  }
  volume {
    name = "trails"
    efs_volume_configuration {
      file_system_id     = aws_efs_file_system.trails.id
      transit_encryption = "ENABLED"
      authorization_config {
        access_point_id = aws_efs_access_point.trails.id
        iam             = "ENABLED"
      }
    }
  }

  container_definitions = jsonencode([
    {
      # Writes the configuration to the volume and exits. Runs as root because a new volume belongs to root.
      name                   = "configuration"
      image                  = var.image
      essential              = false
      user                   = "0"
      readonlyRootFilesystem = true
      linuxParameters        = { capabilities = { drop = ["ALL"] } }
      entryPoint             = ["node", "-e"]
      command                = ["const fs = require('node:fs'); fs.writeFileSync('/etc/facestep/facestep.json', process.env.CONFIG); fs.chmodSync('/tmp', 0o1777);"]
      environment            = [{ name = "CONFIG", value = jsonencode(local.config) }]
      mountPoints = [
        { sourceVolume = "config", containerPath = "/etc/facestep" },
        { sourceVolume = "tmp", containerPath = "/tmp" },
      ]
      logConfiguration = { logDriver = "awslogs", options = local.log_options }
    },
    {
      name                   = "facestep"
      image                  = var.image
      essential              = true
      user                   = "10001:10001"
      readonlyRootFilesystem = true
      linuxParameters        = { capabilities = { drop = ["ALL"] } }
      dependsOn              = [{ containerName = "configuration", condition = "SUCCESS" }]
      # Each task writes its own audit trail, in a folder with its ID that is kept when the task ends.
      entryPoint = ["sh", "-c"]
      command    = ["FACESTEP_DATA=\"/var/lib/facestep/$${ECS_CONTAINER_METADATA_URI_V4##*/}\" exec node /app/dist/src/main.js serve"]
      secrets = concat(
        [{ name = "FACESTEP_ADMIN_KEY", valueFrom = aws_secretsmanager_secret.admin_key.arn }],
        [for name, arn in var.secrets : { name = name, valueFrom = arn }],
      )
      portMappings = [{ containerPort = local.port }]
      mountPoints = [
        { sourceVolume = "config", containerPath = "/etc/facestep", readOnly = true },
        { sourceVolume = "tmp", containerPath = "/tmp" },
        { sourceVolume = "trails", containerPath = "/var/lib/facestep" },
      ]
      healthCheck = {
        command     = ["CMD", "node", "-e", "fetch('http://127.0.0.1:${local.port}/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
        interval    = 10
        timeout     = 3
        retries     = 3
        startPeriod = 60
      }
      # stopDelaySec, running requests, and closing.
      stopTimeout      = local.stop_delay_sec + 30
      logConfiguration = { logDriver = "awslogs", options = local.log_options }
    },
  ])
}

resource "aws_ecs_service" "this" {
  name            = var.name
  cluster         = aws_ecs_cluster.this.id
  task_definition = aws_ecs_task_definition.this.arn
  launch_type     = "FARGATE"
  desired_count   = var.replicas.least

  health_check_grace_period_seconds  = 90
  # Releases cannot run together.
  deployment_minimum_healthy_percent = var.stop_before_start ? 0 : 100
  deployment_maximum_percent         = var.stop_before_start ? 100 : 200
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets         = var.private_subnet_ids
    security_groups = [aws_security_group.tasks.id]
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.this.arn
    container_name   = "facestep"
    container_port   = local.port
  }

  lifecycle {
    # Managed by the autoscaler.
    ignore_changes = [desired_count]
  }

  depends_on = [aws_lb_listener.https, aws_efs_mount_target.trails, aws_iam_role_policy.secrets, aws_iam_role_policy.service]
}

resource "aws_appautoscaling_target" "this" {
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/${aws_ecs_cluster.this.name}/${aws_ecs_service.this.name}"
  min_capacity       = var.replicas.least
  max_capacity       = var.replicas.most
}

resource "aws_appautoscaling_policy" "this" {
  name               = "${var.name}-processors"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.this.service_namespace
  scalable_dimension = aws_appautoscaling_target.this.scalable_dimension
  resource_id        = aws_appautoscaling_target.this.resource_id

  target_tracking_scaling_policy_configuration {
    target_value       = 70
    scale_in_cooldown  = 600
    scale_out_cooldown = 60
    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}
