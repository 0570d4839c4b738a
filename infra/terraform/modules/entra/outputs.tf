output "client_id" {
  description = "entra.clientId of the connection."
  value       = azuread_application_registration.service.client_id
}

output "external_mfa_client_id" {
  description = "id of the connection's client of kind entra_external_mfa; null if there is none."
  value       = one(azuread_application_registration.external_mfa[*].client_id)
}
