"""Sound files to text with speakers and times: the speech models as a tool."""
