terraform {
  required_version = ">= 1.11"
  required_providers {
    okta = { source = "okta/okta", version = "~> 4.20" }
  }
}
