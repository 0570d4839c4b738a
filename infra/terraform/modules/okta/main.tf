# Same names, addresses and values as `facestep provision`, which reuses these resources and then adds the token hook to the
# rule of your authorization server. This module does not manage that rule.

locals {
  channel = { version = "1.0.0", type = "HTTP", method = "POST" }
  auth    = { type = "HEADER", key = "Authorization", value = var.hook_secret }
}

# The API service application of facestep.
resource "okta_app_oauth" "service" {
  label                      = "facestep (${var.connection})"
  type                       = "service"
  grant_types                = ["client_credentials"]
  response_types             = ["token"]
  token_endpoint_auth_method = "private_key_jwt"
  pkce_required              = false

  jwks {
    kty = "RSA"
    kid = var.public_key.kid
    e   = var.public_key.e
    n   = var.public_key.n
  }
}

resource "okta_app_oauth_api_scope" "service" {
  app_id = okta_app_oauth.service.id
  issuer = data.okta_org_metadata.this.domains.organization
  scopes = ["okta.users.read", "okta.users.manage"]
}

data "okta_org_metadata" "this" {}

# Scopes define the operations, a role defines the users: without a role Okta rejects every call.
resource "okta_app_oauth_role_assignment" "service" {
  count     = var.admin_role == null ? 0 : 1
  client_id = okta_app_oauth.service.client_id
  type      = var.admin_role
}

# The enrolment token: users can neither see nor change it. Destroying it revokes every enrolment.
resource "okta_user_schema_property" "token" {
  index       = var.attribute
  title       = "Face enrolment token"
  description = "Sealed by facestep. Clearing it revokes the enrolment."
  type        = "string"
  max_length  = 256
  scope       = "NONE"
  master      = "OKTA"
  permissions = "HIDE"

  lifecycle {
    prevent_destroy = true
  }
}

resource "okta_inline_hook" "token" {
  name    = "Face step-up (${var.connection}, token)"
  type    = "com.okta.oauth2.tokens.transform"
  version = "1.0.0"
  channel = merge(local.channel, { uri = "${var.public_url}/hooks/${var.connection}/token" })
  auth    = local.auth
}

resource "okta_event_hook" "users_who_leave" {
  name    = "Face step-up (${var.connection}, events)"
  events  = ["user.lifecycle.deactivate", "user.lifecycle.suspend", "user.lifecycle.delete.initiated"]
  channel = { version = "1.0.0", type = "HTTP", uri = "${var.public_url}/hooks/${var.connection}/events" }
  auth    = local.auth
}

resource "okta_event_hook_verification" "users_who_leave" {
  event_hook_id = okta_event_hook.users_who_leave.id
}
