"""The post office: letters, addresses, SMTP, bounces. It never knows surveys."""
