variable "connection" {
  description = "The id of the connection in the configuration of facestep."
  type        = string
  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.connection))
    error_message = "Expected 1 to 63 lower-case letters, digits and hyphens."
  }
}

variable "public_url" {
  description = "publicUrl of facestep, exactly as configured."
  type        = string
  validation {
    condition     = can(regex("^https://[^/?#@]+(/[^?#]*[^/?#])?$", var.public_url))
    error_message = "Expected an https address without a trailing slash."
  }
}

variable "user_pool_id" {
  description = "The user pool. Only it can invoke the functions."
  type        = string
  validation {
    condition     = can(regex("^[a-z]{2,}(-[a-z]+)+-[0-9]_[0-9A-Za-z]+$", var.user_pool_id))
    error_message = "Expected the id of a user pool, such as eu-central-1_AbCdEfGhI."
  }
}

variable "client_ids" {
  description = "cognito.clientIds of the connection: app clients whose users do a face check."
  type        = list(string)
  validation {
    condition     = length(var.client_ids) > 0
    error_message = "Expected at least one app client."
  }
}

variable "attribute" {
  description = "cognito.attribute of the connection."
  type        = string
  default     = "custom:face_token"
  validation {
    condition     = can(regex("^custom:[A-Za-z0-9_]{1,20}$", var.attribute))
    error_message = "Expected custom: and a name of 1 to 20 characters."
  }
}

variable "mode" {
  description = "policy.mode of the connection. \"shadow\" lets every sign-in through."
  type        = string
  validation {
    condition     = contains(["enforce", "shadow"], var.mode)
    error_message = "Expected enforce or shadow."
  }
}

variable "passwordless" {
  description = "cognito.passwordless of the connection. True lets users sign in with their face and no password, in enforce mode: read the warning in adapters/cognito/README.md."
  type        = bool
  default     = false
}

variable "receipt_keys" {
  description = "Response of GET <publicUrl>/.well-known/jwks.json (public keys). Apply again when they change."
  type        = string
  validation {
    condition     = can(jsondecode(var.receipt_keys).keys[0].kty)
    error_message = "Expected a JSON Web Key Set with at least one key."
  }
}

variable "request_secret" {
  description = "cognito.triggers.requestSecret of the connection, at least 32 characters. It is an environment variable of the functions and therefore in the state: encrypt the state."
  type        = string
  sensitive   = true
  validation {
    condition     = length(var.request_secret) >= 32
    error_message = "Expected at least 32 characters."
  }
}

variable "triggers_file" {
  description = "Output of npm run build:triggers: triggers/dist/index.mjs of the checkout."
  type        = string
}

variable "account_recovery" {
  description = "Allow the service to set temporary passwords and to turn off second factors, for recovery.mode on or evaluation."
  type        = bool
  default     = false
}
