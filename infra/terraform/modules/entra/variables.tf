variable "connection" {
  description = "The id of the connection in the configuration of facestep."
  type        = string
  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.connection))
    error_message = "Expected 1 to 63 lower-case letters, digits and hyphens."
  }
}

variable "public_url" {
  description = "publicUrl of facestep."
  type        = string
  validation {
    condition     = can(regex("^https://[^/?#@]+(/[^?#]*[^/?#])?$", var.public_url))
    error_message = "Expected an https address without a slash at its end."
  }
}

variable "certificate" {
  description = "The certificate of entra.auth, as PEM. Its private key stays with the service."
  type        = string
  validation {
    condition     = startswith(trimspace(var.certificate), "-----BEGIN CERTIFICATE-----")
    error_message = "Expected a certificate as PEM, and no private key."
  }
}

variable "external_mfa" {
  description = "Also create the application for External MFA."
  type        = bool
  default     = true
}
