output "load_balancer_dns_name" {
  description = "Target of the DNS record of public_host."
  value       = aws_lb.this.dns_name
}

output "load_balancer_zone_id" {
  description = "For an alias record in Route 53."
  value       = aws_lb.this.zone_id
}

output "admin_key_secret_arn" {
  description = "Location of the admin key."
  value       = aws_secretsmanager_secret.admin_key.arn
}

output "service_role_name" {
  description = "IAM role of the service."
  value       = aws_iam_role.service.name
}

output "config" {
  description = "Configuration of the tasks, as JSON. Contains no secret."
  value       = jsonencode(local.config)
}
