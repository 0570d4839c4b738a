output "functions" {
  description = "cognito.triggers.functions of the connection."
  value       = { for name, handler in local.handlers : handler => aws_lambda_function.this[name].arn }
}

output "lambda_config" {
  description = "For the block lambda_config of an aws_cognito_user_pool of yours."
  value = {
    define_auth_challenge          = aws_lambda_function.this["define"].arn
    create_auth_challenge          = aws_lambda_function.this["create"].arn
    verify_auth_challenge_response = aws_lambda_function.this["verify"].arn
    pre_token_generation_config    = { lambda_arn = aws_lambda_function.this["preToken"].arn, lambda_version = "V2_0" }
  }
}

output "service_policy_arn" {
  description = "What the service needs to do with the pool: attach it to its role (task_policy_arns of the module aws)."
  value       = aws_iam_policy.service.arn
}
