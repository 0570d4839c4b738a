output "client_id" {
  description = "okta.auth.clientId of the connection."
  value       = okta_app_oauth.service.client_id
}

output "token_hook_id" {
  description = "For inline_hook_id of your okta_auth_server_policy_rule, if Terraform manages that rule."
  value       = okta_inline_hook.token.id
}
