variable "connection" {
  description = "The id of the connection in the configuration of facestep."
  type        = string
  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.connection))
    error_message = "Expected 1 to 63 lower-case letters, digits and hyphens."
  }
}

variable "public_url" {
  description = "publicUrl of facestep, where Okta calls the hooks. The server must run before you apply this: Okta verifies it immediately."
  type        = string
  validation {
    condition     = can(regex("^https://[^/?#@]+(/[^?#]*[^/?#])?$", var.public_url))
    error_message = "Expected an https address without a slash at its end."
  }
}

variable "hook_secret" {
  description = "okta.hooks.secret.value of the connection. The provider keeps it in the state: encrypt the state."
  type        = string
  sensitive   = true
  validation {
    condition     = length(var.hook_secret) >= 16
    error_message = "Expected 16 characters at least."
  }
}

variable "public_key" {
  description = "The public half of okta.auth.privateKey, an RSA key: e and n of its JWK, and the key id."
  type        = object({ kid = string, e = string, n = string })
}

variable "attribute" {
  description = "okta.attribute of the connection."
  type        = string
  default     = "facestepToken"
  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9_]{0,59}$", var.attribute))
    error_message = "Expected a letter, then at most 59 letters, digits and underscores."
  }
}

variable "admin_role" {
  description = "Admin role of the service. USER_ADMIN is Okta's group administrator, for all users except administrators. null if you assign a custom role."
  type        = string
  default     = "USER_ADMIN"
  validation {
    condition     = var.admin_role == null ? true : contains(["USER_ADMIN", "ORG_ADMIN", "SUPER_ADMIN"], var.admin_role)
    error_message = "Expected USER_ADMIN, ORG_ADMIN or SUPER_ADMIN, which edit users' profiles, or null."
  }
}
