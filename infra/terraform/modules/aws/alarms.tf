# Metrics from the JSON log (docs/operations.md) and alarms on them, the load balancer and AWS Backup. docs/runbooks.md has
# what to do. A replica that cannot write its audit trail fails the health check, so that the alarm "unhealthy" reports it.

locals {
  # Filter patterns, by the name of the metric.
  log_metrics = {
    server_errors           = "{ $.status >= 500 }"
    state_unavailable       = "{ $.code = \"state_unavailable\" }"
    key_service_unavailable = "{ $.code = \"key_service_unavailable\" }"
    late_hook_replies       = "{ $.msg = \"late hook reply\" }"
    denials                 = "{ $.msg = \"denied\" }"
    failed_jobs             = "{ $.msg = \"background job failed\" }"
  }
  # Alarms on those metrics: more than `above` lines in a period, in each of `periods`.
  log_alarms = {
    state_unavailable       = { above = 3, seconds = 60, periods = 2, runbook = "facestepstateunavailable" }
    key_service_unavailable = { above = 3, seconds = 60, periods = 2, runbook = "facestepkeyserviceunavailable" }
    late_hook_replies       = { above = 3, seconds = 300, periods = 1, runbook = "facestephookslate" }
    server_errors           = { above = 15, seconds = 300, periods = 1, runbook = "facestepservererrors" }
    # Logged once when a job begins to fail, so that no end of the alarm is announced.
    failed_jobs             = { above = 0, seconds = 300, periods = 1, runbook = "facestepjobfailing" }
    denials                 = { above = var.denials_an_hour, seconds = 3600, periods = 1, runbook = "facestepdenialsrising" }
  }
  target_group = {
    TargetGroup  = aws_lb_target_group.this.arn_suffix
    LoadBalancer = aws_lb.this.arn_suffix
  }
}

resource "aws_cloudwatch_log_metric_filter" "this" {
  for_each       = local.log_metrics
  name           = each.key
  log_group_name = aws_cloudwatch_log_group.this.name
  pattern        = each.value
  metric_transformation {
    namespace     = var.name
    name          = each.key
    value         = "1"
    default_value = "0"
  }
}

resource "aws_cloudwatch_metric_alarm" "log" {
  for_each            = local.log_alarms
  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = "https://${var.public_host}/docs/runbooks.html#${each.value.runbook}"
  namespace           = var.name
  metric_name         = aws_cloudwatch_log_metric_filter.this[each.key].name
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.above
  period              = each.value.seconds
  evaluation_periods  = each.value.periods
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = each.key == "failed_jobs" ? [] : var.alarm_topic_arns
}

resource "aws_cloudwatch_metric_alarm" "down" {
  alarm_name          = "${var.name}-down"
  alarm_description   = "https://${var.public_host}/docs/runbooks.html#facestepdown"
  namespace           = "AWS/ApplicationELB"
  metric_name         = "HealthyHostCount"
  dimensions          = local.target_group
  statistic           = "Minimum"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  period              = 60
  evaluation_periods  = 2
  treat_missing_data  = "breaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
}

resource "aws_cloudwatch_metric_alarm" "unhealthy" {
  alarm_name          = "${var.name}-unhealthy"
  alarm_description   = "https://${var.public_host}/docs/runbooks.html#facestepnotready"
  namespace           = "AWS/ApplicationELB"
  metric_name         = "UnHealthyHostCount"
  dimensions          = local.target_group
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 60
  evaluation_periods  = 5
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
}

resource "aws_cloudwatch_metric_alarm" "backup" {
  alarm_name          = "${var.name}-backup"
  alarm_description   = "https://${var.public_host}/docs/runbooks.html#facestepbackupold"
  namespace           = "AWS/Backup"
  metric_name         = "NumberOfBackupJobsFailed"
  dimensions          = { BackupVaultName = aws_backup_vault.this.name }
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 3600
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arns
}
