# Applications, their permissions and the consent. The provider does not support directory extensions, custom authentication
# extensions, event listeners or external authentication methods; `facestep provision` creates them and reuses these resources.
# Each property is a separate resource, so that additions by provisioning or by you are not reverted.

data "azuread_application_published_app_ids" "microsoft" {}

resource "azuread_service_principal" "graph" {
  client_id    = data.azuread_application_published_app_ids.microsoft.result["MicrosoftGraph"]
  use_existing = true
}

locals {
  # The first is for the service itself; the second allows Entra to send events to it.
  permissions = toset(["User.ReadWrite.All", "CustomAuthenticationExtension.Receive.Payload"])
}

resource "azuread_application_registration" "service" {
  display_name                   = "facestep (${var.connection})"
  sign_in_audience               = "AzureADMyOrg"
  requested_access_token_version = 2
}

resource "azuread_application_identifier_uri" "service" {
  application_id = azuread_application_registration.service.id
  identifier_uri = "api://${local.host}/${azuread_application_registration.service.client_id}"
}

locals {
  host = regex("^https://([^/:]+)", var.public_url)[0]
}

resource "azuread_application_certificate" "service" {
  application_id = azuread_application_registration.service.id
  type           = "AsymmetricX509Cert"
  encoding       = "pem"
  value          = var.certificate
}

resource "azuread_application_api_access" "service" {
  application_id = azuread_application_registration.service.id
  api_client_id  = azuread_service_principal.graph.client_id
  role_ids       = [for permission in local.permissions : azuread_service_principal.graph.app_role_ids[permission]]
}

resource "azuread_service_principal" "service" {
  client_id = azuread_application_registration.service.client_id
}

# The administrator's consent.
resource "azuread_app_role_assignment" "service" {
  for_each            = local.permissions
  app_role_id         = azuread_service_principal.graph.app_role_ids[each.key]
  principal_object_id = azuread_service_principal.service.object_id
  resource_object_id  = azuread_service_principal.graph.object_id
}

# External MFA: a separate application, which other tenants consent to.
resource "azuread_application_registration" "external_mfa" {
  count            = var.external_mfa ? 1 : 0
  display_name     = "Face check (${var.connection})"
  sign_in_audience = "AzureADMultipleOrgs"
}

resource "azuread_application_redirect_uris" "external_mfa" {
  count          = var.external_mfa ? 1 : 0
  application_id = azuread_application_registration.external_mfa[0].id
  type           = "Web"
  redirect_uris  = ["${var.public_url}/oidc/${var.connection}/authorize"]
}

resource "azuread_application_api_access" "external_mfa" {
  count          = var.external_mfa ? 1 : 0
  application_id = azuread_application_registration.external_mfa[0].id
  api_client_id  = azuread_service_principal.graph.client_id
  scope_ids = [
    for scope in ["openid", "profile"] : azuread_service_principal.graph.oauth2_permission_scope_ids[scope]
  ]
}

resource "azuread_service_principal" "external_mfa" {
  count     = var.external_mfa ? 1 : 0
  client_id = azuread_application_registration.external_mfa[0].client_id
}

resource "azuread_service_principal_delegated_permission_grant" "external_mfa" {
  count                                = var.external_mfa ? 1 : 0
  service_principal_object_id          = azuread_service_principal.external_mfa[0].object_id
  resource_service_principal_object_id = azuread_service_principal.graph.object_id
  claim_values                         = ["openid", "profile"]
}
