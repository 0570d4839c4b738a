# One Okta org and one Entra tenant, for a facestep server that already runs at https://face.example.com.
terraform {
  required_version = ">= 1.11"
  required_providers {
    okta    = { source = "okta/okta", version = "~> 4.20" }
    azuread = { source = "hashicorp/azuread", version = "~> 3.7" }
  }
}

variable "hook_secret" {
  type      = string
  sensitive = true
}

variable "public_key" {
  type = object({ kid = string, e = string, n = string })
}

module "okta" {
  source      = "../../modules/okta"
  connection  = "workforce"
  public_url  = "https://face.example.com"
  hook_secret = var.hook_secret
  public_key  = var.public_key
}

module "entra" {
  source      = "../../modules/entra"
  connection  = "partners"
  public_url  = "https://face.example.com"
  certificate = file("${path.root}/entra-certificate.pem")
}

output "okta_client_id" {
  value = module.okta.client_id
}

output "entra_client_ids" {
  value = [module.entra.client_id, module.entra.external_mfa_client_id]
}
