from campaigns.models.campaign import Campaign
from campaigns.models.question import Question

__all__ = ["Campaign", "Question"]
