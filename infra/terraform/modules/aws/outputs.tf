output "load_balancer_dns_name" {
  description = "Where the DNS record of public_host points."
  value       = aws_lb.this.dns_name
}

output "load_balancer_zone_id" {
  description = "For an alias record in Route 53."
  value       = aws_lb.this.zone_id
}

output "admin_key_secret_arn" {
  description = "Where the administrator's key is."
  value       = aws_secretsmanager_secret.admin_key.arn
}

output "service_role_name" {
  description = "The role that the service has at AWS."
  value       = aws_iam_role.service.name
}

output "config" {
  description = "The configuration that the tasks run with, as JSON. It holds no secret."
  value       = jsonencode(local.config)
}
