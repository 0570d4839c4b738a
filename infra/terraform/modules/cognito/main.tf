# The Lambda triggers for Terraform. serverless.yml in the root of the checkout deploys the same triggers: use one of the two.
# This module does not manage the user pool. `facestep provision` sets its attribute, app clients and triggers. If the pool
# is your aws_cognito_user_pool, set the output lambda_config there; otherwise provisioning and Terraform revert each other.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  partition = data.aws_partition.current.partition
  account   = data.aws_caller_identity.current.account_id
  region    = data.aws_region.current.region
  pool_arn  = "arn:${local.partition}:cognito-idp:${local.region}:${local.account}:userpool/${var.user_pool_id}"
  handlers = {
    define   = "defineAuthChallenge"
    create   = "createAuthChallenge"
    verify   = "verifyAuthChallengeResponse"
    preToken = "preTokenGeneration"
  }
}

data "archive_file" "triggers" {
  type        = "zip"
  source_file = var.triggers_file
  output_path = "${path.root}/.terraform/facestep-triggers-${var.connection}.zip"
}

resource "aws_cloudwatch_log_group" "this" {
  for_each          = local.handlers
  name              = "/aws/lambda/facestep-${var.connection}-${each.key}"
  retention_in_days = 30
}

data "aws_iam_policy_document" "lambda" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "this" {
  name_prefix        = "facestep-triggers-"
  assume_role_policy = data.aws_iam_policy_document.lambda.json
}

# The functions can only write their logs.
data "aws_iam_policy_document" "logs" {
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = [for group in aws_cloudwatch_log_group.this : "${group.arn}:*"]
  }
}

resource "aws_iam_role_policy" "logs" {
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.logs.json
}

resource "aws_lambda_function" "this" {
  for_each         = local.handlers
  function_name    = "facestep-${var.connection}-${each.key}"
  role             = aws_iam_role.this.arn
  runtime          = "nodejs24.x"
  architectures    = ["arm64"]
  handler          = "index.${each.value}"
  filename         = data.archive_file.triggers.output_path
  source_code_hash = data.archive_file.triggers.output_base64sha256
  # CPU scales with memory: up to about this size, each doubling halves the cold start.
  memory_size = 512
  # Cognito always waits 5 seconds.
  timeout = 5

  environment {
    variables = {
      FACESTEP_CONNECTION     = var.connection
      FACESTEP_PUBLIC_URL     = var.public_url
      FACESTEP_USER_POOL_ID   = var.user_pool_id
      FACESTEP_CLIENT_IDS     = join(",", var.client_ids)
      FACESTEP_ATTRIBUTE      = var.attribute
      FACESTEP_MODE           = var.mode
      FACESTEP_PASSWORDLESS   = tostring(var.passwordless)
      FACESTEP_RECEIPT_KEYS   = var.receipt_keys
      FACESTEP_REQUEST_SECRET = var.request_secret
    }
  }

  depends_on = [aws_cloudwatch_log_group.this]
}

# Only this user pool in this account can invoke them.
resource "aws_lambda_permission" "this" {
  for_each       = aws_lambda_function.this
  action         = "lambda:InvokeFunction"
  function_name  = each.value.function_name
  principal      = "cognito-idp.amazonaws.com"
  source_arn     = local.pool_arn
  source_account = local.account
}

# Permissions of the service on the pool.
data "aws_iam_policy_document" "service" {
  statement {
    actions   = ["cognito-idp:AdminGetUser", "cognito-idp:ListUsers", "cognito-idp:AdminUpdateUserAttributes", "cognito-idp:AdminDeleteUserAttributes", "cognito-idp:AdminUserGlobalSignOut"]
    resources = [local.pool_arn]
  }

  # To show the mode of the functions, which decide sign-ins.
  statement {
    actions   = ["cognito-idp:DescribeUserPool"]
    resources = [local.pool_arn]
  }

  statement {
    actions   = ["lambda:GetFunctionConfiguration"]
    resources = [for key in keys(local.handlers) : "arn:${local.partition}:lambda:${local.region}:${local.account}:function:facestep-${var.connection}-${key}"]
  }

  # To report the decisions of the functions, which these two log.
  statement {
    actions   = ["logs:FilterLogEvents"]
    resources = [for key in ["define", "verify"] : "${aws_cloudwatch_log_group.this[key].arn}:*"]
  }

  dynamic "statement" {
    for_each = var.account_recovery ? [1] : []
    content {
      actions   = ["cognito-idp:DescribeUserPool", "cognito-idp:AdminSetUserPassword", "cognito-idp:AdminSetUserMFAPreference"]
      resources = [local.pool_arn]
    }
  }
}

resource "aws_iam_policy" "service" {
  name_prefix = "facestep-${var.connection}-"
  policy      = data.aws_iam_policy_document.service.json
}
