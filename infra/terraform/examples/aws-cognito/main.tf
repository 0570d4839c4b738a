# facestep on AWS, and one Cognito user pool whose users do a face check.
#   npm run build:triggers, in the checkout
#   terraform apply -target=module.facestep, point the DNS record of host at the load balancer, then terraform apply
terraform {
  required_version = ">= 1.11"
  required_providers {
    aws  = { source = "hashicorp/aws", version = "~> 6.25" }
    http = { source = "hashicorp/http", version = "~> 3.5" }
  }
}

variable "host" {
  type    = string
  default = "face.example.com"
}

variable "image" {
  type = string
}

variable "network" {
  type = object({ vpc_id = string, public_subnet_ids = list(string), private_subnet_ids = list(string) })
}

variable "certificate_arn" {
  type = string
}

variable "key_administrator_arns" {
  type = list(string)
}

variable "user_pool" {
  type = object({ id = string, client_ids = list(string) })
}

# Create it first: aws secretsmanager create-secret --name facestep/request-secret --secret-string "$(openssl rand -base64 32)"
data "aws_secretsmanager_secret_version" "request" {
  secret_id = "facestep/request-secret"
}

data "http" "receipt_keys" {
  url        = "https://${var.host}/.well-known/jwks.json"
  depends_on = [module.facestep]
}

locals {
  # "shadow" lets every sign-in through. Write "enforce" when enough users are enrolled.
  mode = "shadow"
}

module "facestep" {
  source                 = "../../modules/aws"
  image                  = var.image
  vpc_id                 = var.network.vpc_id
  public_subnet_ids      = var.network.public_subnet_ids
  private_subnet_ids     = var.network.private_subnet_ids
  certificate_arn        = var.certificate_arn
  public_host            = var.host
  key_administrator_arns = var.key_administrator_arns
  secrets                = { REQUEST_SECRET = data.aws_secretsmanager_secret_version.request.arn }
  task_policy_arns       = { customers = module.customers.service_policy_arn }
  connections = [
    {
      id     = "customers"
      kind   = "cognito"
      policy = { mode = local.mode }
      cognito = {
        userPoolId = var.user_pool.id
        clientIds  = var.user_pool.client_ids
        triggers   = { requestSecret = { env = "REQUEST_SECRET" } }
      }
    },
  ]
}

module "customers" {
  source         = "../../modules/cognito"
  connection     = "customers"
  mode           = local.mode
  public_url     = "https://${var.host}"
  user_pool_id   = var.user_pool.id
  client_ids     = var.user_pool.client_ids
  receipt_keys   = data.http.receipt_keys.response_body
  request_secret = data.aws_secretsmanager_secret_version.request.secret_string
  triggers_file  = "${path.root}/../../../../triggers/dist/index.mjs"
}

output "load_balancer_dns_name" {
  value = module.facestep.load_balancer_dns_name
}

output "functions" {
  description = "Put these into cognito.triggers.functions, and run facestep provision."
  value       = module.customers.functions
}
